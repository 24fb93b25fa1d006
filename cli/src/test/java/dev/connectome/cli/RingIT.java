package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.client.policy.PolicySyntax;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import dev.connectome.platform.PlatformTokens;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationIngestServiceGrpc;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.PublishActivationsRequest;
import dev.connectome.protos.activation.v1.PublishActivationsResponse;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole ring: real broker, real database, the packaged services and trainers as processes. */
class RingIT {

  private static final Duration LONG = Duration.ofMinutes(2);

  /** Deep in the budget of no test. */
  private static final int ENDLESS = 50_000;

  @TempDir static Path folder;
  private static Path stateDirectory;
  private static Platform platform;
  private static ConnectomeClient client;

  @BeforeAll
  static void start() throws Exception {
    stateDirectory = folder.resolve("of mine, and $others");
    platform =
        Platform.start(
            new PlatformOptions(
                Installation.current(), stateDirectory, null, 2, PlatformOptions.Ports.ANY),
            line -> {});
    client = ConnectomeClient.to(platform.endpoints().controller().grpc());
  }

  @AfterAll
  static void stop() {
    client.close();
    platform.close();
    assertThat(processesOfThePlatform()).isEmpty();
  }

  private static List<String> processesOfThePlatform() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains(stateDirectory.toString()))
        .toList();
  }

  private static TrainingSpec.Builder spec(int epochs) {
    return TrainingSpec.newBuilder()
        .setEpochs(epochs)
        .setModel(ModelSpec.newBuilder().setName("mlp").addHiddenWidths(48).addHiddenWidths(24));
  }

  private static TrainingRun createEndless(String id) {
    return client.create(
        id,
        TrainingRun.newBuilder()
            .setSpec(spec(ENDLESS))
            .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()))
            .build());
  }

  private static TrainingRun awaitRun(String id, Predicate<TrainingRun> condition) {
    return await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(200))
        .ignoreException(ControllerException.class)
        .until(() -> client.get(id), condition);
  }

  private static Predicate<TrainingRun> running(int attempt, int epochs) {
    return run ->
        run.getState() == RunState.RUN_STATE_RUNNING
            && run.getAttempt() == attempt
            && run.getProgress().getCompletedEpochs() >= epochs;
  }

  private static TrainingRun stopByHand(String id) {
    client.stop(id, StopMode.STOP_MODE_GRACEFUL, "seen enough");
    return awaitRun(id, run -> run.getState() == RunState.RUN_STATE_STOPPED);
  }

  @Test
  void theControllerAnswersOverHttpToo() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            platform.endpoints().controller().http()
                                + "/v1/runs?training_run_id=http"))
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + token())
                    .POST(HttpRequest.BodyPublishers.ofString("{\"policy\": {\"never\": {}}}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(stopByHand("http").getPolicy().hasNever()).isTrue();
  }

  @Test
  void aRunIsTrainedAndStoppedWhenItsConnectomeHasSettled() throws Exception {
    var settled =
        PolicySyntax.parse("diminishing:monitor=connectomeDistance,min-relative-drop=0.2");
    client.create(
        "settles", TrainingRun.newBuilder().setSpec(spec(ENDLESS)).setPolicy(settled).build());

    List<WatchTrainingRunResponse> watched = new ArrayList<>();
    client.watch("settles").toEnd(watched::add, outage -> {});

    TrainingRun run = watched.get(watched.size() - 1).getTrainingRun();
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(run.getDecision().getRule()).isEqualTo("diminishing");
    assertThat(run.getDecision().getReason())
        .isEqualTo(DecisionReason.DECISION_REASON_DIMINISHING_CHANGE);
    assertThat(run.getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_DONE);
    assertThat(run.getOutcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_STOPPED);
    assertThat(run.getOutcome().getStopCommandId())
        .isEqualTo(run.getStop().getCommand().getCommandId());
    assertThat(run.getOutcome().getFinalEpoch())
        .isGreaterThanOrEqualTo(run.getDecision().getStopEpoch());
    assertThat(run.getOutcome().getMetricsMap().get("testAccuracy")).isBetween(0.7, 1.0);
    assertThat(Path.of(java.net.URI.create(run.getOutcome().getCheckpointUri()))).isDirectory();

    List<SignatureRecord> series = client.signatures("settles").toList();
    assertThat(series)
        .extracting(SignatureRecord::getEpoch)
        .doesNotHaveDuplicates()
        .startsWith(1, 2, 3)
        .contains(run.getDecision().getStopEpoch());
    assertThat(series.get(0).getSignature().getNeuronCount()).isEqualTo(72);
    assertThat(series.get(1).getSignature().getFromPrevious().getDeath()).isPositive();
    SampleSignals untrained = series.get(0).getSignature().getSampleSignals();
    SampleSignals trained = series.get(series.size() - 1).getSignature().getSampleSignals();
    assertThat(trained.getNeighbourAgreement()).isBetween(0.5, 1.0);
    assertThat(trained.getTreeAgreement()).isBetween(0.5, 1.0);
    assertThat(trained.getNeighbourTurnover()).isBetween(0.001, 0.999);
    assertThat(trained.getPredictedClassConcentration()).isBetween(0.1, 0.5);
    assertThat(untrained.hasNeighbourAgreement()).isTrue();
    assertThat(untrained.hasNeighbourTurnover()).isFalse();
    assertThat(watched.stream().filter(WatchTrainingRunResponse::hasEvent))
        .extracting(item -> item.getEvent().getKind())
        .startsWith("CREATED")
        .contains("DECIDED");
  }

  @Test
  void aControllerThatIsKilledComesBackAndItsRunsGoOn() throws Exception {
    createEndless("survives");
    awaitRun("survives", running(1, 2));
    long controller =
        Long.parseLong(
            Files.readAllLines(stateDirectory.resolve("pids/controller-service.pid")).get(0));

    ProcessHandle.of(controller).orElseThrow().destroyForcibly();

    await()
        .atMost(LONG)
        .until(
            () ->
                events("survives").stream()
                    .anyMatch(event -> event.getKind().equals("REGISTERED_AGAIN")));
    int epochs = awaitRun("survives", running(1, 3)).getProgress().getCompletedEpochs();
    awaitRun("survives", running(1, epochs + 1));
    TrainingRun stopped = stopByHand("survives");
    assertThat(stopped.getAttempt()).isEqualTo(1);
    assertThat(stopped.getDecision().getRule()).isEqualTo("manual");
    assertThat(stopped.getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_DONE);
  }

  private static List<RunEvent> events(String id) {
    try {
      return client.events(id).toList();
    } catch (ControllerException e) {
      return List.of();
    }
  }

  @Test
  void aPlatformThatIsStoppedSuspendsItsRunsAndGoesOnWithThemAtTheNextStart() throws Exception {
    createEndless("resumes");
    awaitRun("resumes", running(1, 3));

    stop();
    start();

    TrainingRun resumed = awaitRun("resumes", running(2, 3));
    assertThat(events("resumes"))
        .anySatisfy(event -> assertThat(event.getMessage()).contains("interrupted; will resume"));
    awaitRun("resumes", running(2, resumed.getProgress().getCompletedEpochs() + 1));
    assertThat(stopByHand("resumes").getOutcome().getFinalEpoch())
        .isGreaterThan(resumed.getProgress().getCompletedEpochs());
  }

  /** As a trainer in any language would: it knows the protos and nothing else. */
  @Test
  void aTrainerThatKnowsOnlyTheProtosPublishesOverGrpcAndItsSignaturesAreFound() throws Exception {
    String uid =
        client
            .create(
                "outside",
                TrainingRun.newBuilder()
                    .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                    .setSpec(spec(2))
                    .build())
            .getUid();
    ManagedChannel controller = channel(platform.endpoints().controller().grpc());
    ManagedChannel connectome = channel(platform.endpoints().connectome().grpc());
    try {
      int attempt =
          TrainerRegistryServiceGrpc.newBlockingStub(controller)
              .withCallCredentials(trainer())
              .registerTrainer(
                  RegisterTrainerRequest.newBuilder()
                      .setRunUid(uid)
                      .setInstanceId("0b7e9d1c-6f0e-4b62-9a55-5d5c3f1c2a10")
                      .setControlEndpoint("127.0.0.1:9")
                      .build())
              .getAttempt();
      BlockingClientCall<PublishActivationsRequest, PublishActivationsResponse> publishing =
          ActivationIngestServiceGrpc.newBlockingV2Stub(connectome)
              .withCallCredentials(trainer())
              .publishActivations();
      publishing.write(activations(uid, attempt, 1, 1, 2, 3, 4, 2, 1, 4, 3));
      publishing.write(activations(uid, attempt, 2, 1, 2, 3, 4, 1, 2, 3, 5));
      publishing.halfClose();
      assertThat(publishing.read().getAcknowledgedCount()).isEqualTo(1);
      assertThat(publishing.read().getAcknowledgedCount()).isEqualTo(2);
      assertThat(publishing.read()).isNull();
    } finally {
      controller.shutdownNow();
      connectome.shutdownNow();
    }

    List<SignatureRecord> signatures =
        await()
            .atMost(LONG)
            .until(() -> client.signatures("outside").toList(), found -> found.size() == 2);

    // Of two neurons: |r| is 0.6 in the first epoch, and in the second 6.5 / sqrt(5 · 8.75).
    assertThat(signatures.get(0).getSignature().getBirths().getMean()).isCloseTo(0.6, within(1e-6));
    assertThat(signatures.get(1).getSignature().getFromPrevious().getBirth())
        .isCloseTo(6.5 / Math.sqrt(5 * 8.75) - 0.6, within(1e-6));
  }

  @Test
  void whoShowsNoTokenIsLetInNowhere() throws Exception {
    ManagedChannel controller = channel(platform.endpoints().controller().grpc());
    ManagedChannel connectome = channel(platform.endpoints().connectome().grpc());
    try {
      assertRefused(
          () ->
              TrainingRunServiceGrpc.newBlockingStub(controller)
                  .listTrainingRuns(ListTrainingRunsRequest.getDefaultInstance()));
      assertRefused(
          () ->
              TrainerRegistryServiceGrpc.newBlockingStub(controller)
                  .heartbeat(HeartbeatRequest.getDefaultInstance()));
      assertRefused(
          () ->
              ActivationIngestServiceGrpc.newBlockingV2Stub(connectome)
                  .publishActivations()
                  .read());
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(platform.endpoints().controller().http() + "/v1/runs"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(401);
    } finally {
      controller.shutdownNow();
      connectome.shutdownNow();
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .satisfies(
            refused ->
                assertThat(Status.fromThrowable(refused).getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  @Test
  void aLinkOfThePageLetsOneBrowserIn() throws Exception {
    StringWriter out = new StringWriter();
    assertThat(
            Main.commandLine()
                .setOut(new PrintWriter(out))
                .execute("page", "--state-dir", stateDirectory.toString()))
        .isZero();
    URI link = URI.create(out.toString().strip());
    HttpRequest signIn =
        HttpRequest.newBuilder(link.resolve("/session"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"link\": \"%s\"}".formatted(link.getFragment().substring(5))))
            .build();
    HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    assertThat(browser.send(signIn, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(204);
    assertThat(
            HttpClient.newHttpClient()
                .send(signIn, HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
    assertThat(
            browser
                .send(
                    HttpRequest.newBuilder(link.resolve("/v1/runs")).build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
  }

  /** Printed and read again by the command line, a run is the same to the controller. */
  @Test
  void aRunThatWasPrintedIsCreatedAgainAsItWas() throws Exception {
    createEndless("printed");
    awaitRun("printed", running(1, 1));
    TrainingRun first = stopByHand("printed");
    StringWriter out = new StringWriter();
    assertThat(
            Main.commandLine()
                .setOut(new PrintWriter(out))
                .execute(
                    "runs",
                    "get",
                    "printed",
                    "-o",
                    "yaml",
                    "--state-dir",
                    stateDirectory.toString()))
        .isZero();
    Path file = Files.writeString(folder.resolve("printed.yaml"), out.toString());

    assertThat(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .execute(
                    "runs",
                    "create",
                    "-f",
                    file.toString(),
                    "--name",
                    "read",
                    "--dry-run",
                    "--state-dir",
                    stateDirectory.toString()))
        .isZero();
    TrainingRun again =
        client.create(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId("read")
                .setTrainingRun(first)
                .setValidateOnly(true)
                .build());
    assertThat(again.getSpec()).isEqualTo(first.getSpec());
    assertThat(again.getPolicy()).isEqualTo(first.getPolicy());
  }

  /** What is written and what other users of the machine see of processes has no token in it. */
  @Test
  void noTokenIsInALogASettingOrTheArgumentsOfAProcess() throws Exception {
    createEndless("secretive");
    awaitRun("secretive", running(1, 1));
    TrainingRun unused = stopByHand("secretive");
    List<Path> secret =
        List.of(stateDirectory.resolve("token"), stateDirectory.resolve("trainer.token"));

    for (Path file : secret) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      String token = Files.readString(file).strip();
      assertThat(ProcessHandle.allProcesses().flatMap(one -> one.info().commandLine().stream()))
          .noneMatch(line -> line.contains(token));
      for (String folder : List.of("logs", "config", "runs", "pids")) {
        try (Stream<Path> files = Files.walk(stateDirectory.resolve(folder))) {
          for (Path written : files.filter(Files::isRegularFile).toList()) {
            assertThat(new String(Files.readAllBytes(written), StandardCharsets.ISO_8859_1))
                .as(written.toString())
                .doesNotContain(token);
          }
        }
      }
    }
  }

  private static String token() throws IOException {
    return Files.readString(PlatformTokens.owners(stateDirectory)).strip();
  }

  private static CallCredentials trainer() {
    return new BearerToken(new TokenSource.OfFile(stateDirectory.resolve("trainer.token")));
  }

  private static ManagedChannel channel(String endpoint) {
    return Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create()).build();
  }

  /** A snapshot of two neurons: the responses of the first to every input, then of the second. */
  private static PublishActivationsRequest activations(
      String uid, int attempt, int epoch, float... neurons) {
    int samples = neurons.length / 2;
    ByteBuffer rows =
        ByteBuffer.allocate(neurons.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int sample = 0; sample < samples; sample++) {
      rows.putFloat(neurons[sample]).putFloat(neurons[samples + sample]);
    }
    return PublishActivationsRequest.newBuilder()
        .setRecord(
            ActivationRecord.newBuilder()
                .setBatch(
                    ActivationBatch.newBuilder()
                        .setRunUid(uid)
                        .setAttempt(attempt)
                        .setEpoch(epoch)
                        .setBatchCount(1)
                        .setSampleCount(samples)
                        .setSnapshotSamples(samples)
                        .setNeuronCount(2)
                        .setValues(ByteString.copyFrom(rows.array()))))
        .build();
  }

  @Test
  void aRunWhoseDataIsMissingFailsAtOnceAndSaysWhy() {
    client.create(
        "no-data",
        TrainingRun.newBuilder()
            .setSpec(spec(5).setData(DataSpec.newBuilder().setDirectory("/nowhere/mnist")))
            .build());

    TrainingRun run = awaitRun("no-data", it -> it.getState() == RunState.RUN_STATE_FAILED);

    assertThat(run.getAttempt()).isEqualTo(1);
    assertThat(run.getStateMessage())
        .isEqualTo(
            "data directory /nowhere/mnist does not exist; give a folder with the data set's files");
  }
}
