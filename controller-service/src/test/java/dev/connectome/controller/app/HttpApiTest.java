package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceProto;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceProto;
import dev.connectome.protos.trainer.v1.TrainerReportServiceProto;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API as a browser or curl sees it. */
class HttpApiTest {

  private static final String EXTERNAL = "{\"launcher\": \"LAUNCHER_KIND_EXTERNAL\"}";

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller =
        ControllerUnderTest.notStarted(
            TestDatabase.create(),
            Map.of(
                "connectome.launch.local.command[0]",
                "true",
                "connectome.launch.local.directory",
                directory.toString(),
                "connectome.launch.local.max-concurrent-runs",
                "0"));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void aRunIsCreatedShownStoppedAndDeleted() throws Exception {
    TrainingRun created =
        read(
            post("/v1/runs?training_run_id=a", "{\"labels\": {\"team\": \"vision\"}}"),
            TrainingRun.getDefaultInstance());
    assertThat(created.getName()).isEqualTo("runs/a");
    assertThat(created.getLabelsMap()).containsEntry("team", "vision");
    assertThat(created.getSpec().getEpochs()).isEqualTo(100);

    assertThat(read(get("/v1/runs/a"), TrainingRun.getDefaultInstance())).isEqualTo(created);
    TrainingRun stopped =
        read(post("/v1/runs/a:stop", "{\"reason\": \"enough\"}"), TrainingRun.getDefaultInstance());
    assertThat(stopped.getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(stopped.getStateMessage()).contains("enough");

    assertThat(send("DELETE", "/v1/runs/a", "").statusCode()).isEqualTo(200);
    assertThat(get("/v1/runs/a").statusCode()).isEqualTo(404);
  }

  @Test
  void theSameRequestSentAgainReturnsTheSameRun() throws Exception {
    String path = "/v1/runs?requestId=" + UUID.randomUUID();

    TrainingRun first = read(post(path, "{}"), TrainingRun.getDefaultInstance());

    assertThat(read(post(path, "{}"), TrainingRun.getDefaultInstance())).isEqualTo(first);
  }

  @Test
  void aListIsFilteredAndPaged() throws Exception {
    for (String id : List.of("a", "b", "c")) {
      post("/v1/runs?training_run_id=" + id, "{\"labels\": {\"team\": \"vision\", \"n\": \"1\"}}");
    }
    post("/v1/runs?training_run_id=other", "{}");
    String path =
        "/v1/runs?labels%5Bteam%5D=vision&labels%5Bn%5D=1&states=RUN_STATE_PENDING&states=RUN_STATE_LOST&page_size=2";

    ListTrainingRunsResponse first = read(get(path), ListTrainingRunsResponse.getDefaultInstance());
    ListTrainingRunsResponse second =
        read(
            get(path + "&pageToken=" + first.getNextPageToken()),
            ListTrainingRunsResponse.getDefaultInstance());

    assertThat(names(first)).containsExactly("runs/c", "runs/b");
    assertThat(names(second)).containsExactly("runs/a");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void whatABodyHasIsChangedUnlessAMaskSaysWhat() throws Exception {
    post(
        "/v1/runs?training_run_id=a",
        "{\"labels\": {\"a\": \"1\"}, \"shadowPolicies\": [{\"plateau\": {}}]}");
    String body =
        "{\"labels\": {}, \"policy\": {\"policyId\": \"other\", \"plateau\": {}},"
            + " \"shadowPolicies\": []}";

    TrainingRun masked =
        read(
            send("PATCH", "/v1/runs/a?updateMask=policy,shadowPolicies", body),
            TrainingRun.getDefaultInstance());
    assertThat(masked.getPolicy().getPolicyId()).isEqualTo("other");
    assertThat(masked.getShadowPoliciesList()).isEmpty();
    assertThat(masked.getLabelsMap()).containsEntry("a", "1");

    TrainingRun whole = read(send("PATCH", "/v1/runs/a", body), TrainingRun.getDefaultInstance());
    assertThat(whole.getLabelsMap()).isEmpty();

    Status refusal = error(send("PATCH", "/v1/runs/a", "{\"state\": \"RUN_STATE_LOST\"}"), 400);
    assertThat(refusal.getMessage()).contains("update_mask", "state");
  }

  @Test
  void anErrorIsAStatusThatNamesEveryField() throws Exception {
    Status refusal =
        error(
            post("/v1/runs", "{\"spec\": {\"epochs\": 0, \"optimizer\": {\"learningRate\": -1}}}"),
            400);

    assertThat(refusal.getCode()).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT.value());
    assertThat(refusal.getDetails(0).unpack(ErrorInfo.class).getDomain())
        .isEqualTo("connectome.dev");
    assertThat(refusal.getDetails(1).unpack(BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactlyInAnyOrder(
            "training_run.spec.epochs", "training_run.spec.optimizer.learning_rate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | /v1/runs/nobody | | 404 | nobody",
        "GET | /v1/nothing | | 404 | /openapi.json",
        "GET | /v1/runs?page_size=many | | 400 | many",
        "GET | /v1/runs?colour=red | | 400 | colour",
        "GET | /v1/runs?page_size=1&page_size=2 | | 400 | page_size",
        "GET | /v1/runs?labels=a | | 400 | [KEY]",
        "GET | /v1/runs?states=RUN_STATE_HAPPY | | 400 | RUN_STATE_HAPPY",
        "GET | /v1/runs?page_token=x | | 400 | page_token",
        "POST | /v1/runs | {\"colour\": 1} | 400 | colour",
        "POST | /v1/runs | {\"labels\": | 400 | training_run",
        "POST | /v1/runs?training_run.state=1 | {} | 400 | training_run.state",
        "POST | /v1/runs?training_run_id=taken | {} | 409 | taken",
        "POST | /v1/runs:batchStop | {} | 400 | selection",
        "PUT | /v1/runs | {} | 405 | GET, POST",
        "POST | /v1/runs/taken | {} | 405 | DELETE, GET, PATCH",
        "POST | /v1/runs/taken:resume | {} | 400 | PENDING",
      })
  void whatIsWrongIsSaid(String verb, String path, String body, int status, String word)
      throws Exception {
    post("/v1/runs?training_run_id=taken", "{}");

    Status refusal = error(send(verb, path, body == null ? "" : body), status);

    assertThat(refusal.getMessage()).contains(word);
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws Exception {
    String body = "{\"policy\": {\"monitor\": \"%s\"}}".formatted("x".repeat(1 << 20));

    assertThat(error(post("/v1/runs", body), 413).getMessage()).contains("1048576");
  }

  @Test
  void aPageOfAnotherOriginCanDoNothing() throws Exception {
    HttpResponse<String> form =
        client.send(
            request("/v1/runs")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))
                .build(),
            BodyHandlers.ofString());
    HttpResponse<String> preflight =
        client.send(
            request("/v1/runs")
                .header("Origin", "https://example.org")
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());

    assertThat(error(form, 415).getMessage()).contains("application/json");
    assertThat(preflight.statusCode()).isEqualTo(405);
    assertThat(preflight.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    assertThat(
            read(get("/v1/runs"), ListTrainingRunsResponse.getDefaultInstance())
                .getTrainingRunsList())
        .isEmpty();
  }

  @Test
  void aStreamIsALineAnItemAndEndsWithTheRun() throws Exception {
    runToItsEnd();

    HttpResponse<Stream<String>> stream =
        client.send(request("/v1/runs/a:watch").build(), BodyHandlers.ofLines());

    assertThat(stream.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
    List<WatchTrainingRunResponse> items =
        stream
            .body()
            .filter(line -> !line.isEmpty())
            .map(line -> parse(line, WatchTrainingRunResponse.getDefaultInstance()))
            .toList();
    assertThat(
            items.stream()
                .filter(item -> !item.hasTrainingRun())
                .map(WatchTrainingRunResponse::getPosition))
        .isSorted()
        .doesNotHaveDuplicates()
        .contains(1L, controller.get("a").getPosition());
    assertThat(items.stream().filter(WatchTrainingRunResponse::hasTrainingRun))
        .last()
        .returns(RunState.RUN_STATE_COMPLETED, item -> item.getTrainingRun().getState());
  }

  @Test
  void aBrowserThatComesBackToAStreamGoesOnWhereItWas() throws Exception {
    runToItsEnd();
    long last = controller.get("a").getPosition();

    List<String> events =
        client
            .send(
                request("/v1/runs/a:watch")
                    .header("Accept", "text/event-stream")
                    .header("Last-Event-ID", Long.toString(last - 1))
                    .build(),
                BodyHandlers.ofLines())
            .body()
            .toList();

    assertThat(events).filteredOn(line -> line.startsWith("id: ")).last().isEqualTo("id: " + last);
    assertThat(events)
        .filteredOn(line -> line.startsWith("data: {\"position\":\"" + last + "\",\"event\""))
        .hasSize(1);
    assertThat(events).noneMatch(line -> line.contains("\"kind\":\"CREATED\""));
    assertThat(events).contains("event: end");
  }

  @Test
  void aStreamThatCannotBeginIsAnErrorLikeAnyOther() throws Exception {
    assertThat(error(get("/v1/runs/nobody:watch"), 404).getMessage()).contains("nobody");
    assertThat(error(get("/v1/runs/nobody:watch?after_position=-1"), 400).getMessage())
        .contains("after_position");
  }

  @Test
  void aTrainerNeedsNothingButHttp() throws Exception {
    String uid =
        read(post("/v1/runs?training_run_id=a", EXTERNAL), TrainingRun.getDefaultInstance())
            .getUid();
    String who = "\"run_uid\": \"%s\", \"instance_id\": \"one\"".formatted(uid);

    RegisterTrainerResponse assignment =
        read(
            post(
                "/v1/trainers:register",
                "{%s, \"control_endpoint\": \"127.0.0.1:1\"}".formatted(who)),
            RegisterTrainerResponse.getDefaultInstance());
    post("/v1/runs/a:stop", "{}");
    HeartbeatResponse reply =
        read(
            post("/v1/trainers:heartbeat", "{%s, \"attempt\": 1}".formatted(who)),
            HeartbeatResponse.getDefaultInstance());

    assertThat(assignment.getAttempt()).isEqualTo(1);
    assertThat(reply.getStopCommand().getReason()).isEqualTo("stopped by hand");
    String outcome =
        "{%s, \"attempt\": 1, \"outcome\": {\"end\": \"TRAINING_END_STOPPED\", \"final_epoch\":"
            + " 3}}";
    assertThat(post("/v1/trainers:reportOutcome", outcome.formatted(who)).statusCode())
        .isEqualTo(200);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aLogIsPlainText() throws Exception {
    String uid =
        read(post("/v1/runs?training_run_id=a", "{}"), TrainingRun.getDefaultInstance()).getUid();
    assertThat(
            new LaunchQueue(
                    controller.store(), new Quarantine(controller.store(), InstantSource.system()))
                .next(LauncherType.LOCAL, 1, Optional.empty()))
        .isPresent();
    Path log = new RunFiles(directory).log(UUID.fromString(uid), 1);
    Files.createDirectories(log.getParent());
    Files.writeString(log, "epoch 1\nEpoche 2: fünf\n");

    HttpResponse<String> answer = get("/v1/runs/a:readLog");

    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(answer.body()).isEqualTo("epoch 1\nEpoche 2: fünf\n");
  }

  @Test
  void theDocumentIsOpenApiAndHasEveryMethod() throws Exception {
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(get("/openapi.json").body(), null, null);
    assertThat(parsed.getMessages()).isEmpty();
    OpenAPI document = parsed.getOpenAPI();

    List<String> operations =
        document.getPaths().values().stream()
            .flatMap(path -> path.readOperations().stream())
            .map(Operation::getOperationId)
            .toList();
    assertThat(operations)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    TrainingRunServiceProto.getDescriptor(),
                    TrainerRegistryServiceProto.getDescriptor(),
                    TrainerReportServiceProto.getDescriptor())
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .map(MethodDescriptor::getName)
                .toList());
    assertThat(document.getPaths().get("/v1/runs/{run}").getGet().getSummary())
        .isEqualTo("Returns a run.");
    Map<?, ?> fields =
        document.getComponents().getSchemas().get("connectome.run.v1.TrainingRun").getProperties();
    assertThat(((Schema<?>) fields.get("state")).getReadOnly()).isTrue();
    assertThat(((Schema<?>) fields.get("labels")).getDescription())
        .startsWith("Labels: at most 64");
  }

  private void runToItsEnd() throws Exception {
    String uid =
        read(post("/v1/runs?training_run_id=a", EXTERNAL), TrainingRun.getDefaultInstance())
            .getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 8);
    }
  }

  private static List<String> names(ListTrainingRunsResponse page) {
    return page.getTrainingRunsList().stream().map(TrainingRun::getName).toList();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(controller.http().resolve(path)).timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, "");
  }

  private HttpResponse<String> post(String path, String json) throws Exception {
    return send("POST", path, json);
  }

  private HttpResponse<String> send(String verb, String path, String json) throws Exception {
    return client.send(
        request(path)
            .header("Content-Type", "application/json")
            .method(verb, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  private static <T extends Message> T read(HttpResponse<String> answer, T form) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return parse(answer.body(), form);
  }

  private static Status error(HttpResponse<String> answer, int httpStatus) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(httpStatus);
    return parse(answer.body(), Status.getDefaultInstance());
  }

  @SuppressWarnings("unchecked")
  private static <T extends Message> T parse(String json, T form) {
    Message.Builder into = form.newBuilderForType();
    try {
      JsonFormat.parser()
          .usingTypeRegistry(
              JsonFormat.TypeRegistry.newBuilder()
                  .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                  .build())
          .merge(json, into);
      return (T) into.build();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(json, e);
    }
  }
}
