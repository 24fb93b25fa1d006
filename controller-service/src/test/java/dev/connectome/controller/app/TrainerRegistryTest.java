package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.StopGrace;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.Status;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Who may train a run. */
class TrainerRegistryTest extends TrainersOfARun {

  @Test
  void theSameInstanceIsTheSameAttempt() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      RegisterTrainerResponse first = trainer.register();
      RegisterTrainerResponse again = trainer.register();

      assertThat(first.getAttempt()).isEqualTo(1);
      assertThat(first.getResume()).isFalse();
      assertThat(first.getSpec().getEpochs()).isEqualTo(100);
      assertThat(again.getAttempt()).isEqualTo(1);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  @Test
  void aRunThatIsHeldTakesNoOtherTrainer() throws Exception {
    try (SimulatedTrainer holder = trainer();
        SimulatedTrainer other = trainer()) {
      holder.register();

      refused(Status.Code.FAILED_PRECONDITION, other::register);
      holder.heartbeat(1);
    }
  }

  @Test
  void aRunThatDoesNotExistTakesNone() throws Exception {
    try (var trainer = new SimulatedTrainer(controller.channel(), UUID.randomUUID().toString())) {
      refused(Status.Code.NOT_FOUND, "RUN_NOT_FOUND", trainer::register);
    }
  }

  @Test
  void theTrainerOfADeletedRunIsToldSoAndOneOfARunThatIsMerelyNotHereIsNot() throws Exception {
    try (SimulatedTrainer trainer = trainer();
        var stranger = new SimulatedTrainer(controller.channel(), UUID.randomUUID().toString())) {
      trainer.register();
      delete("a");

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> trainer.heartbeat(1),
              trainer::register,
              () -> trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 1))) {
        ErrorInfo deleted = refused(Status.Code.NOT_FOUND, "RUN_DELETED", call);
        assertThat(Instant.parse(deleted.getMetadataOrThrow("delete_time")))
            .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
      }
      refused(Status.Code.NOT_FOUND, "RUN_NOT_FOUND", () -> stranger.heartbeat(1));
    }
  }

  @Test
  void anAttemptThatTheDatabaseDoesNotKnowYetIsNotToldToEnd() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      refused(Status.Code.FAILED_PRECONDITION, "ATTEMPT_UNKNOWN", () -> trainer.heartbeatAs(2, 1));
    }
  }

  @Test
  void launchersThatRunAtTheSameTimeStartNoMoreThanThereIsRoomFor() throws Exception {
    for (int i = 0; i < 24; i++) {
      createLocal("local-" + i);
    }
    var barrier = new CyclicBarrier(4);
    ExecutorService launchers = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> begun = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        begun.add(
            launchers.submit(
                () -> {
                  var unused = barrier.await();
                  int count = 0;
                  while (new LaunchQueue(
                          controller.store(),
                          new Quarantine(controller.store(), InstantSource.system()))
                      .next(LauncherType.LOCAL, 7, Optional.empty())
                      .isPresent()) {
                    count++;
                  }
                  return count;
                }));
      }
      int all = 0;
      for (Future<Integer> one : begun) {
        all += one.get();
      }
      assertThat(all).isEqualTo(7);
    } finally {
      launchers.shutdownNow();
    }
  }

  @Test
  void aTrainerThatDoesNotRegisterInTimeHasFailedAndComesTooLate() throws Exception {
    String local = createLocal("local");
    LaunchQueue.Launch launch =
        new LaunchQueue(
                controller.store(), new Quarantine(controller.store(), InstantSource.system()))
            .next(LauncherType.LOCAL, 1, Optional.empty())
            .orElseThrow();
    controller.setHeartbeatBack(local, TIMEOUT.multipliedBy(2));
    check(new Watchdog.Timeouts(LONG, TIMEOUT, TIMEOUT, LONG));
    assertThat(controller.get("local").getState()).isEqualTo(RunState.RUN_STATE_STARTING);

    check(new Watchdog.Timeouts(TIMEOUT, LONG, LONG, LONG));

    assertThat(controller.get("local").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
    try (var late = new SimulatedTrainer(controller.channel(), local, launch.instanceId())) {
      refused(Status.Code.FAILED_PRECONDITION, late::register);
    }
  }

  private String createLocal(String runId) {
    return new Runs(controller.store(), new Decisions(new StopGrace(LONG, LONG)))
        .create(
            runId,
            Optional.empty(),
            LauncherType.LOCAL,
            RunDefinition.of(
                controller
                    .store()
                    .inTransaction(tx -> tx.runs().byName("a"))
                    .orElseThrow()
                    .definition()),
            "test",
            (transaction, run) -> run.uid().toString());
  }
}
