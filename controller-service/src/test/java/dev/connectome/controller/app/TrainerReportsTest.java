package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.RunTable;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What one trainer, or someone who pretends to be one, says harms no run and no list. */
class TrainerReportsTest extends ApiOverGrpc {

  @Test
  void whoKnowsOnlyTheUidOfARunSpeaksNotForItsTrainer() throws Exception {
    String uid = create("a", "").getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid, "own");
        var other = new SimulatedTrainer(controller.channel(), uid, "own")) {
      trainer.register();
      trainer.heartbeat(3);
      other.register();
      SimulatedTrainer forger = other.as("somebody-else");

      refused(Status.Code.FAILED_PRECONDITION, () -> forger.heartbeat(1_000_000));
      refused(
          Status.Code.FAILED_PRECONDITION,
          () -> forger.report(TrainingEnd.TRAINING_END_COMPLETED, 100));
      refused(Status.Code.INVALID_ARGUMENT, () -> other.as("").heartbeat(1_000_000));

      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
      assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(3);
      trainer.heartbeat(4);
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 4);
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    }
  }

  @Test
  void oneInstanceTrainsSeveralRuns() throws Exception {
    for (String id : List.of("a", "b")) {
      try (var worker =
          new SimulatedTrainer(controller.channel(), create(id, "").getUid(), "worker-0")) {
        worker.register();
        worker.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      }
      assertThat(controller.get(id).getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    }
  }

  @Test
  void aHeartbeatThatWasOvertakenTakesNoEpochBack() throws Exception {
    try (var trainer = new SimulatedTrainer(controller.channel(), create("a", "").getUid())) {
      trainer.register();
      trainer.heartbeat(7);
      trainer.heartbeat(5);

      assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(7);
    }
  }

  @Test
  void aDurationThatCannotBePrintedIsRefusedAndHangsNoList() throws Exception {
    String uid = create("a", "").getUid();
    create("b", "");
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      for (Duration wrong :
          List.of(seconds(1L << 62, 0), seconds(-5, 0), seconds(1, 2_000_000_000))) {
        refused(
            Status.Code.INVALID_ARGUMENT, () -> trainer.report(completed().setTrainingTime(wrong)));
      }
    }
    // As a controller without that check has stored it.
    controller
        .store()
        .inTransaction(
            transaction -> {
              transaction
                  .runs()
                  .setOutcome(
                      UUID.fromString(uid),
                      AttemptEnd.Early.NONE,
                      Optional.of(
                          new RunTable.Outcome(
                              completed()
                                  .setTrainingTime(seconds(1L << 62, 0))
                                  .build()
                                  .toByteArray(),
                              0,
                              "{}")),
                      java.time.Duration.ZERO);
              return uid;
            });

    HttpResponse<String> list = get("/v1/runs");

    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(list.body()).contains("runs/a", "runs/b");
  }

  @Test
  void whatTrainersSayIsKeptInASizeThatListsCanCarry() throws Exception {
    String trace = "at line 1\n".repeat(90_000);
    for (String id : List.of("a", "b", "c", "d", "e", "f")) {
      try (var trainer = new SimulatedTrainer(controller.channel(), create(id, "").getUid())) {
        trainer.register();
        var outcome =
            TrainingOutcome.newBuilder()
                .setEnd(TrainingEnd.TRAINING_END_FAILED)
                .setPermanent(true)
                .setFailureMessage(trace)
                .setCheckpointUri("s3://" + "x".repeat(60_000));
        for (int i = 0; i < 1_000; i++) {
          outcome.putMetrics("m%04d%s".formatted(i, "-".repeat(200)), i);
        }
        trainer.report(outcome);
      }
    }

    List<TrainingRun> runs =
        controller
            .runs()
            .listTrainingRuns(ListTrainingRunsRequest.getDefaultInstance())
            .getTrainingRunsList();

    assertThat(runs).hasSize(6);
    assertThat(runs)
        .allSatisfy(
            run -> {
              assertThat(run.getOutcome().getFailureMessage())
                  .startsWith("at line 1\n")
                  .endsWith(" ... (900000 characters)")
                  .hasSizeLessThan(4_200);
              assertThat(run.getOutcome().getCheckpointUri()).isEmpty();
              assertThat(run.getOutcome().getMetricsMap())
                  .hasSize(256)
                  .containsKey("m0000" + "-".repeat(200));
            });
    assertThat(
            controller
                .runs()
                .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/a").build())
                .getSerializedSize())
        .isLessThan(20_000);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(controller.http().resolve(path))
                .timeout(java.time.Duration.ofSeconds(20))
                .build(),
            BodyHandlers.ofString());
  }

  private static TrainingOutcome.Builder completed() {
    return TrainingOutcome.newBuilder().setEnd(TrainingEnd.TRAINING_END_COMPLETED);
  }

  private static Duration seconds(long seconds, int nanos) {
    return Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static StatusRuntimeException refused(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException e = refusal(call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
    return e;
  }
}
