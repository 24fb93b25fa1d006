package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one caller sends harms no other. */
class BoundariesTest extends ApiOverGrpc {

  private final HttpClient http = HttpClient.newHttpClient();

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

  private HttpResponse<String> patch(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(controller.http().resolve("/v1/enforcement"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static StatusRuntimeException refused(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException e = refusal(call);
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(code);
    return e;
  }
}
