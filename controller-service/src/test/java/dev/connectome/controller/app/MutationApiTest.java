package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.FieldMask;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Changes that are repeated, meant for an older version, or only tried. */
class MutationApiTest extends ApiOverGrpc {

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void anIdOfAnotherRequestIsRefused() {
    String id = UUID.randomUUID().toString();
    TrainingRun first = create("a", id);

    assertThat(create("a", id)).isEqualTo(first);
    refused(Status.Code.ALREADY_EXISTS, () -> create("b", id));
    refused(
        Status.Code.ALREADY_EXISTS,
        () ->
            controller
                .runs()
                .resumeTrainingRun(
                    ResumeTrainingRunRequest.newBuilder()
                        .setName("runs/a")
                        .setRequestId(id)
                        .build()));
  }

  @Test
  void aResumeThatIsSentAgainResumesOnce() throws Exception {
    String uid = create("a", "").getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
    }
    var request =
        ResumeTrainingRunRequest.newBuilder()
            .setName("runs/a")
            .setRequestId(UUID.randomUUID().toString())
            .build();
    assertThat(controller.runs().resumeTrainingRun(request).getState())
        .isEqualTo(RunState.RUN_STATE_PENDING);
    stopRun("a");

    assertThat(controller.runs().resumeTrainingRun(request).getState())
        .isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aDeletionThatIsSentAgainIsAnsweredAlike() {
    create("a", "");
    var request =
        DeleteTrainingRunRequest.newBuilder()
            .setName("runs/a")
            .setForce(true)
            .setRequestId(UUID.randomUUID().toString())
            .build();
    var first = controller.runs().deleteTrainingRun(request);

    assertThat(controller.runs().deleteTrainingRun(request)).isEqualTo(first);
  }

  @Test
  void twoPipelinesKeepEachOthersLabels() {
    create("a", "");
    update(TrainingRun.newBuilder().putLabels("team", "vision").putLabels("n", "1"));
    update(TrainingRun.newBuilder().putLabels("sweep.id", "7"), "labels.sweep.id", "labels.n");

    assertThat(controller.get("a").getLabelsMap())
        .containsOnly(entry("team", "vision"), entry("sweep.id", "7"));

    update(TrainingRun.newBuilder().putLabels("x", "y"), "labels");
    assertThat(controller.get("a").getLabelsMap()).containsOnly(entry("x", "y"));
  }

  @Test
  void aRunThatHasChangedMeanwhileIsNotOverwritten() {
    TrainingRun read = create("a", "");
    update(TrainingRun.newBuilder().putLabels("a", "1"));

    refused(Status.Code.ABORTED, () -> update(read.toBuilder().putLabels("b", "2"), "labels"));

    assertThat(controller.get("a").getLabelsMap()).containsOnly(entry("a", "1"));
    TrainingRun now = controller.get("a");
    assertThat(update(now.toBuilder().putLabels("b", "2"), "labels").getLabelsMap()).hasSize(2);
  }

  @Test
  void aRunIsReadEditedAndSentBackWhole() {
    create("a", "");
    TrainingRun.Builder edited = controller.get("a").toBuilder().putLabels("team", "vision");
    edited.getSpecBuilder().setEpochs(60);

    TrainingRun changed = update(edited);
    TrainingRun again = update(controller.get("a").toBuilder().clearLabels(), "*");

    assertThat(changed.getLabelsMap()).containsOnly(entry("team", "vision"));
    assertThat(changed.getSpec().getEpochs()).isEqualTo(60);
    assertThat(again.getLabelsMap()).isEmpty();
    assertThat(again.getSpec()).isEqualTo(changed.getSpec());
  }

  @Test
  void whatCannotChangeIsNamed() {
    create("a", "");
    var spec =
        TrainingSpec.newBuilder()
            .setEpochs(5)
            .setOptimizer(OptimizerSpec.newBuilder().setLearningRate(0.5));

    assertThat(
            refused(
                Status.Code.INVALID_ARGUMENT, () -> update(TrainingRun.newBuilder().setSpec(spec))))
        .contains("training_run.spec is immutable but for spec.epochs");
    assertThat(
            refused(
                Status.Code.INVALID_ARGUMENT,
                () -> update(TrainingRun.newBuilder().putLabels("a", "b").setLauncherValue(1))))
        .contains("training_run.launcher is immutable");
    refused(
        Status.Code.INVALID_ARGUMENT,
        () -> update(TrainingRun.newBuilder().putLabels("a b", "c"), "labels.a b"));
  }

  @Test
  void aTrialChangesNothing() {
    TrainingRun would =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("trial")
                    .setTrainingRun(external())
                    .setValidateOnly(true)
                    .build());
    assertThat(would.getName()).isEqualTo("runs/trial");
    assertThat(
            controller
                .runs()
                .listTrainingRuns(ListTrainingRunsRequest.getDefaultInstance())
                .getTrainingRunsList())
        .isEmpty();

    TrainingRun run = create("a", "");
    TrainingRun changed =
        controller
            .runs()
            .updateTrainingRun(
                UpdateTrainingRunRequest.newBuilder()
                    .setTrainingRun(
                        TrainingRun.newBuilder().setName("runs/a").putLabels("team", "vision"))
                    .setValidateOnly(true)
                    .build());
    assertThat(changed.getLabelsMap()).containsKey("team");
    assertThat(controller.get("a")).isEqualTo(run);
  }

  @Test
  void overHttpABodyIsMergedAndAWholeRunIsTaken() throws Exception {
    create("a", "");
    send("PATCH", "/v1/runs/a", "{\"labels\": {\"team\": \"vision\"}}", 200);
    send("PATCH", "/v1/runs/a", "{\"labels\": {\"Sweep-1\": \"7\"}}", 200);
    send("PATCH", "/v1/runs/a?updateMask=labels.team", "{}", 200);
    assertThat(controller.get("a").getLabelsMap()).isEqualTo(Map.of("Sweep-1", "7"));

    String whole =
        JsonFormat.printer()
            .print(controller.get("a").toBuilder().putLabels("team", "audio").build());
    send("PATCH", "/v1/runs/a", whole, 200);

    assertThat(controller.get("a").getLabelsMap()).containsEntry("team", "audio");
    send("PATCH", "/v1/runs/a", whole, 409);
  }

  @Test
  void overHttpNamesAreDecodedHeadIsAnsweredAndABodyIsRequired() throws Exception {
    create("a-1", "");

    assertThat(send("GET", "/v1/runs/%61-1", "", 200)).contains("runs/a-1");
    for (String path : new String[] {"/v1/runs/a-1", "/v1/runs", "/openapi.json"}) {
      assertThat(send("HEAD", path, "", 200)).isEmpty();
    }
    assertThat(send("HEAD", "/v1/runs/nobody", "", 404)).isEmpty();
    send("HEAD", "/v1/runs/a-1:watch", "", 405);
    assertThat(send("POST", "/v1/runs", "", 400)).contains("training_run must be the body");
    for (String form : new String[] {"multipart/form-data", "application/x-www-form-urlencoded"}) {
      HttpResponse<String> answer =
          http.send(
              request("/v1/runs")
                  .header("Content-Type", form)
                  .POST(BodyPublishers.ofString("a=b"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(415);
    }
  }

  private TrainingRun update(TrainingRun.Builder run, String... paths) {
    var request = UpdateTrainingRunRequest.newBuilder().setTrainingRun(run.setName("runs/a"));
    if (paths.length > 0) {
      request.setUpdateMask(FieldMask.newBuilder().addAllPaths(java.util.List.of(paths)));
    }
    return controller.runs().updateTrainingRun(request.build());
  }

  private String send(String verb, String path, String body, int status) throws Exception {
    HttpResponse<String> response =
        http.send(
            request(path)
                .header("Content-Type", "application/json")
                .method(
                    verb, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return response.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(controller.http().resolve(path)).timeout(Duration.ofSeconds(20));
  }

  private static String refused(Status.Code code, ThrowingCallable call) {
    var e = refusal(call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
    return String.valueOf(e.getStatus().getDescription());
  }
}
