package dev.connectome.trainer.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import dev.connectome.platform.fixture.FakeController;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Over real connections, with a controller that goes away and comes back. */
class ControllerClientTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final RegisterTrainerRequest WHO =
      RegisterTrainerRequest.newBuilder().setRunUid("run").setInstanceId("me").build();
  private static final ReportOutcomeRequest DONE =
      ReportOutcomeRequest.newBuilder()
          .setRunUid("run")
          .setOutcome(TrainingOutcome.newBuilder().setEnd(TrainingEnd.TRAINING_END_STOPPED))
          .build();

  private final StopSwitch stopSwitch = new StopSwitch();

  private Heartbeats heartbeats(ControllerClient client) {
    return new Heartbeats(client, WHO, 3, TrainingProgress::getDefaultInstance, stopSwitch);
  }

  @Test
  void registersOnceTheControllerIsReachable() throws Exception {
    FakeController gone = FakeController.start();
    int port = gone.port();
    gone.close();
    try (var client = new ControllerClient("127.0.0.1:" + port)) {
      var registration =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.register(WHO, PATIENCE).orElseThrow().getAttempt();
                } catch (RejectedException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });

      try (FakeController controller = FakeController.start(port)) {
        assertThat(registration.join()).isEqualTo(3);
        assertThat(controller.calls).contains("register me");
      }
    }
  }

  @Test
  void heartbeatsGoOnAfterAnException() throws Exception {
    var failures = new AtomicInteger();
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint());
        Heartbeats heartbeats =
            new Heartbeats(
                client,
                WHO,
                3,
                () -> {
                  failures.incrementAndGet();
                  throw new IllegalStateException("a progress that cannot be told");
                },
                stopSwitch)) {
      heartbeats.start(Duration.ofMillis(10));

      await().atMost(PATIENCE).until(() -> failures.get() >= 3);
    }
  }

  @Test
  void givesUpAfterTheTimeout() throws Exception {
    FakeController gone = FakeController.start();
    String endpoint = gone.endpoint();
    gone.close();
    try (var client = new ControllerClient(endpoint)) {
      assertThat(client.register(WHO, Duration.ofMillis(300))).isEmpty();
      assertThat(client.reportOutcome(DONE, Duration.ofMillis(300))).isFalse();
    }
  }

  @Test
  void doesNotRetryARejection() throws Exception {
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint())) {
      controller.refusal.set(
          FakeController.error(Code.FAILED_PRECONDITION, "RUN_ENDED", "the run has ended"));

      assertThatThrownBy(() -> client.register(WHO, PATIENCE))
          .isInstanceOf(RejectedException.class)
          .hasMessage("the run has ended");
      assertThat(controller.calls).hasSize(1);
    }
  }

  @Test
  void aPendingStopArrivesWithAHeartbeat() throws Exception {
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint());
        Heartbeats heartbeats = heartbeats(client)) {
      controller.stop.set(
          StopCommand.newBuilder()
              .setCommandId("stop-1")
              .setMode(StopMode.STOP_MODE_GRACEFUL)
              .build());

      heartbeats.start(Duration.ofMillis(20));

      await().until(() -> stopSwitch.command().isPresent());
      assertThat(stopSwitch.command().orElseThrow().commandId()).isEqualTo("stop-1");
    }
  }

  @Test
  void registersAgainWhenTheControllerIsBack() throws Exception {
    FakeController first = FakeController.start();
    int port = first.port();
    try (var client = new ControllerClient(first.endpoint());
        Heartbeats heartbeats = heartbeats(client)) {
      heartbeats.start(Duration.ofMillis(20));
      await().until(() -> first.calls.contains("heartbeat"));
      first.close();

      try (FakeController second = FakeController.start(port)) {
        // A heartbeat may have found it before any other was missed.
        second.refusal.set(FakeController.error(Code.NOT_FOUND, "RUN_NOT_FOUND", "not yet"));
        await().atMost(PATIENCE).until(() -> second.calls.size() > 2);
        second.refusal.set(null);

        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(List.copyOf(second.calls))
                        .containsSubsequence("register me", "heartbeat"));
        assertThat(stopSwitch.due(StopSwitch.Boundary.EPOCH)).isEmpty();
      }
    }
  }

  @Test
  void receivesAChangedBudget() throws Exception {
    var budget = new AtomicInteger(60);
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint());
        Heartbeats heartbeats = heartbeats(client)) {
      heartbeats.onBudget(budget::set);
      heartbeats.start(Duration.ofMillis(20));
      await().until(() -> Collections.frequency(controller.calls, "heartbeat") > 1);
      assertThat(budget).hasValue(60);

      controller.epochs.set(80);

      await().until(() -> budget.get() == 80);
    }
  }

  @Test
  void anAnswerThatIsNotTheControllersOwnMeansThatItIsAway() throws Exception {
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint())) {
      controller.refusal.set(Status.NOT_FOUND.withDescription("404").asRuntimeException());
      assertThat(client.register(WHO, Duration.ofMillis(300))).isEmpty();

      controller.refusal.set(Status.PERMISSION_DENIED.asRuntimeException());
      assertThat(client.heartbeat(HeartbeatRequest.getDefaultInstance(), PATIENCE)).isEmpty();
    }
  }

  static Stream<StatusRuntimeException> whatEndsNoTraining() {
    return Stream.of(
        Status.NOT_FOUND.asRuntimeException(),
        Status.FAILED_PRECONDITION.asRuntimeException(),
        Status.INVALID_ARGUMENT.asRuntimeException(),
        Status.PERMISSION_DENIED.asRuntimeException(),
        Status.UNAUTHENTICATED.asRuntimeException(),
        FakeController.error(Code.NOT_FOUND, "RUN_NOT_FOUND", "there is no run \"run\""),
        FakeController.error(Code.FAILED_PRECONDITION, "ATTEMPT_UNKNOWN", "there is no attempt 3"),
        FakeController.error(Code.FAILED_PRECONDITION, "RUN_ENDED", "the run has ended"),
        FakeController.error(Code.INVALID_ARGUMENT, "INVALID_FIELD", "too many metrics"));
  }

  @ParameterizedTest
  @MethodSource("whatEndsNoTraining")
  void whateverElseAHeartbeatIsAnsweredTheTrainingGoesOnAndHearsItsStopLater(
      StatusRuntimeException answer) throws Exception {
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint());
        Heartbeats heartbeats = heartbeats(client)) {
      controller.refusal.set(answer);
      heartbeats.start(Duration.ofMillis(20));
      await().until(() -> controller.calls.size() > 3);
      assertThat(stopSwitch.due(StopSwitch.Boundary.MINI_BATCH)).isEmpty();

      controller.stop.set(StopCommand.newBuilder().setCommandId("stop-1").build());
      controller.refusal.set(null);

      await().until(() -> stopSwitch.command().isPresent());
    }
  }

  @ParameterizedTest
  @CsvSource({"FAILED_PRECONDITION,SUPERSEDED", "NOT_FOUND,RUN_DELETED"})
  void aTrainerThatWasSupersededOrWhoseRunWasDeletedIsRevoked(Code code, String reason)
      throws Exception {
    try (FakeController controller = FakeController.start();
        var client = new ControllerClient(controller.endpoint());
        Heartbeats heartbeats = heartbeats(client)) {
      controller.refusal.set(FakeController.error(code, reason, "attempt 3 is over"));

      heartbeats.start(Duration.ofMillis(20));

      await()
          .untilAsserted(
              () ->
                  assertThat(stopSwitch.due(StopSwitch.Boundary.MINI_BATCH))
                      .contains(new StopRequest.Revocation("attempt 3 is over")));
    }
  }
}
