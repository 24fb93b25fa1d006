package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one caller sends harms no other. */
class BoundariesTest extends ApiOverGrpc {

  private final HttpClient http = HttpClient.newHttpClient();

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
                      0,
                      Optional.of(
                          completed().setTrainingTime(seconds(1L << 62, 0)).build().toByteArray()),
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

  @Test
  void aPageEndsAtTwoMebibytesAndTheNextGoesOn() {
    int runs = 12;
    var spec = TrainingSpec.newBuilder().setModel(ModelSpec.newBuilder().setName("acme.net"));
    for (int i = 0; i < 64; i++) {
      spec.getModelBuilder().putSettings("setting-" + i, "v".repeat(4_096));
    }
    for (int i = 0; i < runs; i++) {
      var unused =
          controller
              .runs()
              .createTrainingRun(
                  CreateTrainingRunRequest.newBuilder()
                      .setTrainingRunId("fat-" + i)
                      .setTrainingRun(external().setSpec(spec))
                      .build());
    }

    List<String> names = new ArrayList<>();
    var request = ListTrainingRunsRequest.newBuilder().setPageSize(1_000);
    int pages = 0;
    do {
      ListTrainingRunsResponse page = controller.runs().listTrainingRuns(request.build());
      assertThat(page.getSerializedSize()).isLessThan(2_200_000);
      page.getTrainingRunsList().forEach(run -> names.add(run.getName()));
      request.setPageToken(page.getNextPageToken());
      pages++;
    } while (!request.getPageToken().isEmpty());

    assertThat(names).hasSize(runs).doesNotHaveDuplicates();
    assertThat(pages).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 257, 6_000, 500_000})
  void aLongNameIsRefusedWithItsBeginning(int length) {
    for (String letter : List.of("x", "é", "\u001b", "𝄞")) {
      StatusRuntimeException e =
          refused(
              Status.Code.INVALID_ARGUMENT,
              () ->
                  controller
                      .runs()
                      .getTrainingRun(
                          GetTrainingRunRequest.newBuilder()
                              .setName("runs/" + letter.repeat(length))
                              .build()));
      assertThat(e.getStatus().getDescription()).hasSizeLessThan(400).doesNotContain("\u001b");
    }
  }

  @Test
  void aRequestWithAThousandMistakesIsToldOfTheFirst() throws Exception {
    var request = CreateTrainingRunRequest.newBuilder();
    var model = ModelSpec.newBuilder().setName("nö".repeat(60));
    var spec =
        TrainingSpec.newBuilder()
            .setModel(model)
            .setData(DataSpec.newBuilder().setFormat("ä".repeat(200)));
    for (int i = 0; i < 1_000; i++) {
      spec.getProbeBuilder().addLayers(" ");
      spec.getModelBuilder().addHiddenWidths(-i);
      request.getTrainingRunBuilder().putLabels("ß".repeat(60) + i, "y");
    }
    request.getTrainingRunBuilder().setSpec(spec);

    StatusRuntimeException e =
        refused(
            Status.Code.INVALID_ARGUMENT,
            () -> controller.runs().createTrainingRun(request.build()));

    assertThat(
            StatusProto.fromThrowable(e)
                .getDetails(1)
                .unpack(BadRequest.class)
                .getFieldViolationsCount())
        .isPositive();
  }

  @Test
  void aNulIsRefusedBeforeTheDatabaseSeesIt() {
    refused(
        Status.Code.INVALID_ARGUMENT,
        () ->
            controller
                .runs()
                .listTrainingRuns(
                    ListTrainingRunsRequest.newBuilder().putLabels("a", "b\0c").build()));
    refused(
        Status.Code.INVALID_ARGUMENT,
        () ->
            controller
                .runs()
                .listTrainingRuns(ListTrainingRunsRequest.newBuilder().setIdPrefix("a\0").build()));
  }

  @Test
  void aPageTokenIsGoodForItsOwnRequestAlone() {
    for (String id : List.of("a", "b", "c")) {
      create(id, "");
    }
    var request = ListTrainingRunsRequest.newBuilder().setPageSize(1);
    String token = controller.runs().listTrainingRuns(request.build()).getNextPageToken();

    assertThat(
            controller
                .runs()
                .listTrainingRuns(request.setPageSize(2).setPageToken(token).build())
                .getTrainingRunsList())
        .extracting(TrainingRun::getName)
        .containsExactly("runs/b", "runs/a");
    refused(
        Status.Code.INVALID_ARGUMENT,
        () -> controller.runs().listTrainingRuns(request.setIdPrefix("a").build()));
    refused(
        Status.Code.INVALID_ARGUMENT,
        () ->
            controller
                .runs()
                .listRunEvents(
                    ListRunEventsRequest.newBuilder()
                        .setParent("runs/a")
                        .setPageToken(token)
                        .build()));
  }

  @Test
  void enforcementIsNotSwitchedByLeavingItOut() throws Exception {
    assertThat(patch("{\"suspended\": true, \"reason\": \"incident 42\"}").statusCode())
        .isEqualTo(200);

    HttpResponse<String> reasonOnly = patch("{\"reason\": \"incident 42: still looking\"}");

    assertThat(reasonOnly.statusCode()).isEqualTo(400);
    assertThat(reasonOnly.body()).contains("enforcement.suspended must be set");
    refused(
        Status.Code.INVALID_ARGUMENT,
        () ->
            controller
                .runs()
                .updateEnforcement(
                    UpdateEnforcementRequest.newBuilder()
                        .setEnforcement(Enforcement.getDefaultInstance())
                        .build()));
    Enforcement now = controller.runs().getEnforcement(GetEnforcementRequest.getDefaultInstance());
    assertThat(now.getSuspended()).isTrue();
    assertThat(now.getReason()).isEqualTo("incident 42");
    assertThat(patch("{\"suspended\": false}").body()).contains("\"suspended\": false");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(controller.http().resolve(path))
            .timeout(java.time.Duration.ofSeconds(20))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> patch(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(controller.http().resolve("/v1/enforcement"))
            .timeout(java.time.Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(body))
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
