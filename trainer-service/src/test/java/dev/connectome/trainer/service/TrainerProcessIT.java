package dev.connectome.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Duration;
import dev.connectome.platform.fixture.FakeController;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged trainer as a process, with a real broker and a controller that can be stopped. */
class TrainerProcessIT {

  private static final java.time.Duration LONG = java.time.Duration.ofMinutes(2);
  private static final int ENDLESS = 100_000;

  /** So long that a trainer learns of a stop only with its last heartbeat. */
  private static final Duration RARELY = Duration.newBuilder().setSeconds(3_600).build();

  private static final Duration OFTEN = Duration.newBuilder().setNanos(50_000_000).build();

  @TempDir static Path brokerDirectory;
  private static TestBroker broker;

  @TempDir Path directory;
  private FakeController controller;
  private Process trainer;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = TestBroker.start(brokerDirectory);
    broker.createTopic("connectome.activations.v1");
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void startController() throws IOException {
    controller = FakeController.start();
  }

  @AfterEach
  void stopAll() throws InterruptedException {
    if (trainer != null) {
      trainer.destroyForcibly().waitFor();
    }
    controller.close();
  }

  private void assign(int epochs, Duration heartbeats, boolean resume) {
    controller.assignment.set(
        RegisterTrainerResponse.newBuilder()
            .setAttempt(1)
            .setHeartbeatInterval(heartbeats)
            .setResume(resume)
            .setSpec(
                TrainingSpec.newBuilder()
                    .setEpochs(epochs)
                    .setBatchSize(50)
                    .setSeed(3)
                    .setModel(ModelSpec.newBuilder().setName("mlp").addHiddenWidths(64))
                    .setData(DataSpec.newBuilder().setTrainSamples(500))
                    .setOptimizer(OptimizerSpec.newBuilder().setName("adam").setLearningRate(0.001))
                    .setProbe(
                        ProbeSpec.newBuilder().setSamples(60).setEveryEpochs(1).setMaxNeurons(100))
                    .setCheckpoint(CheckpointSpec.newBuilder().setKeep(3)))
            .build());
  }

  private void start(Path checkpoints, String bootstrapServers) throws IOException {
    start(checkpoints, bootstrapServers, Map.of());
  }

  private void start(Path checkpoints, String bootstrapServers, Map<String, String> environment)
      throws IOException {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                Path.of("target", "trainer-service.jar").toAbsolutePath().toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "CONNECTOME_CONTROLLER_ENDPOINT",
                controller.endpoint(),
                "CONNECTOME_RUN_UID",
                "2f1e3a52-7f5a-4a62-9a39-0d6d3c0c7b11",
                "CONNECTOME_KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers,
                "CONNECTOME_CHECKPOINT_DIR",
                checkpoints.toString(),
                "CONNECTOME_OUTCOME_FILE",
                checkpoints.resolve("outcome.json").toString(),
                "CONNECTOME_SNAPSHOT_BUFFER",
                "2"));
    builder.environment().putAll(environment);
    trainer = builder.start();
  }

  private void start() throws IOException {
    start(directory.resolve("checkpoints"), broker.bootstrapServers());
  }

  private void awaitEpoch(int epoch) {
    await()
        .atMost(LONG)
        .until(() -> controller.progress.get().getCompletedEpochs() >= epoch || !trainer.isAlive());
    assertThat(trainer.isAlive()).as(this::log).isTrue();
  }

  /** Of any epoch: a fast training may delete an early one before it is seen. */
  private void awaitCheckpoint() {
    Path checkpoints = directory.resolve("checkpoints");
    await()
        .atMost(LONG)
        .until(
            () -> {
              String[] names =
                  checkpoints.toFile().list((parent, name) -> name.startsWith("epoch-"));
              return names != null && names.length > 0;
            });
  }

  private void assertExit(int code) throws InterruptedException {
    assertThat(trainer.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).as(this::log).isTrue();
    assertThat(trainer.exitValue()).as(this::log).isEqualTo(code);
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private TrainingOutcome outcome() {
    assertThat(controller.outcomes).as(this::log).hasSize(1);
    return controller.outcomes.get(0);
  }

  private static StopCommand stop(StopMode mode) {
    return StopCommand.newBuilder().setCommandId("stop-1").setMode(mode).build();
  }

  @Test
  void afterASignalItExits143AndAnotherAttemptResumes() throws Exception {
    assign(ENDLESS, OFTEN, false);
    start();
    awaitEpoch(3);

    trainer.destroy();

    assertExit(143);
    assertThat(log())
        .contains("signal received, the training ends signal=TERM")
        .contains("training ended end=TRAINING_END_INTERRUPTED");
    assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_INTERRUPTED);
    int trained = outcome().getFinalEpoch();
    assertThat(Path.of(URI.create(outcome().getCheckpointUri()))).isDirectory();
    assertThat(Files.readString(directory.resolve("checkpoints/outcome.json")))
        .contains("TRAINING_END_INTERRUPTED");

    controller.outcomes.clear();
    assign(trained + 1, OFTEN, true);
    start();

    assertExit(0);
    assertThat(log()).contains("training begins afterEpoch=" + trained + " epochs=");
    assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_COMPLETED);
    assertThat(outcome().getMetricsMap()).containsKey("testAccuracy");
  }

  /** At the first it waits for the broker. */
  @Test
  void aSecondSignalFromAKeyboardEndsItAtOnce() throws Exception {
    // What is started in the background of a shell ignores them, and so do its children.
    assumeThat(Files.readAllLines(Path.of("/proc/self/status")))
        .anyMatch(line -> line.matches("SigIgn:\\s+\\p{XDigit}*[014589cdCD]"));
    assign(ENDLESS, OFTEN, false);
    start(directory.resolve("checkpoints"), "no-such-broker.invalid:9092");
    awaitEpoch(3);

    trainer.destroy();
    await().atMost(LONG).until(() -> log().contains("signal received"));
    new ProcessBuilder("kill", "-INT", Long.toString(trainer.pid())).inheritIO().start().waitFor();

    assertExit(143);
    assertThat(log()).contains("second signal received, ending at once signal=INT");
    assertThat(controller.outcomes).isEmpty();
  }

  @Test
  void aCheckpointOfALaterVersionFailsTheRunForGoodAndStays() throws Exception {
    assign(2, OFTEN, false);
    start();
    assertExit(0);
    Path newest = directory.resolve("checkpoints/epoch-000002");
    Path manifest = newest.resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replaceFirst("\"format\":\\d+", "\"format\":99"));
    controller.outcomes.clear();

    assign(4, OFTEN, true);
    start();

    assertExit(1);
    assertThat(outcome().getPermanent()).isTrue();
    assertThat(outcome().getFailureMessage()).contains("has format 99, of a later version");
    assertThat(newest).isDirectory();
  }

  @Test
  void afterASignalWithAPendingStopItExitsZero() throws Exception {
    assign(ENDLESS, RARELY, false);
    start();
    awaitCheckpoint();
    controller.stop.set(stop(StopMode.STOP_MODE_GRACEFUL));

    trainer.destroy();

    assertExit(0);
    assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_STOPPED);
    assertThat(outcome().getStopCommandId()).isEqualTo("stop-1");
  }

  @Test
  void aStopIsReportedAfterTheControllerWasDown() throws Exception {
    assign(ENDLESS, OFTEN, false);
    start();
    awaitEpoch(2);
    int port = controller.port();
    String control = controller.registration.get().getControlEndpoint();
    controller.close();

    ManagedChannel channel =
        Grpc.newChannelBuilder(control, InsecureChannelCredentials.create()).build();
    try {
      for (int push = 0; push < 2; push++) {
        TrainerControlServiceGrpc.newBlockingStub(channel)
            .stopTraining(
                StopTrainingRequest.newBuilder()
                    .setRunUid("2f1e3a52-7f5a-4a62-9a39-0d6d3c0c7b11")
                    .setAttempt(1)
                    .setCommand(stop(StopMode.STOP_MODE_END_OF_EPOCH))
                    .build());
      }
    } finally {
      channel.shutdownNow();
    }
    await().atMost(LONG).until(() -> Files.exists(directory.resolve("checkpoints/outcome.json")));
    controller = FakeController.start(port);

    assertExit(0);
    assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_STOPPED);
    assertThat(outcome().getRestoredEpoch()).isEqualTo(outcome().getFinalEpoch());
  }

  @Test
  void withoutABrokerItCompletesAndCountsDroppedSnapshots() throws Exception {
    assign(6, OFTEN, false);
    start(directory.resolve("checkpoints"), "no-such-broker.invalid:9092");

    assertExit(0);
    assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_COMPLETED);
    assertThat(log())
        .contains("broker unreachable, snapshots kept")
        .contains("snapshot dropped epoch=1 ");
    assertThat(controller.progress.get().getDroppedSnapshots()).isPositive();
  }

  /** As NVIDIA's images set it. */
  @Test
  void anEngineThatCannotBeLoadedFailsTheRunForGoodWithTheRemedy() throws Exception {
    assign(ENDLESS, OFTEN, false);
    start(
        directory.resolve("checkpoints"),
        broker.bootstrapServers(),
        Map.of("PYTORCH_VERSION", "2.5.0a0+872d972e41.nv24.08"));

    assertExit(1);
    assertThat(outcome().getFailureMessage())
        .startsWith("the engine, PyTorch, could not be loaded (")
        .contains("PYTORCH_VERSION is \"2.5.0a0+872d972e41.nv24.08\"")
        .contains("unset it");
    assertThat(outcome().getPermanent()).isTrue();
  }

  @Test
  void aFullDiskFailsTheRun() throws Exception {
    Path small = Files.createDirectories(directory.resolve("small"));
    assumeTrue(mount("mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", small.toString()));
    try {
      assign(ENDLESS, OFTEN, false);
      start(small, broker.bootstrapServers());

      assertExit(1);
      assertThat(outcome().getEnd()).isEqualTo(TrainingEnd.TRAINING_END_FAILED);
      assertThat(outcome().getFailureMessage())
          .startsWith("checkpoint epoch-00000")
          .contains("No space left on device")
          .endsWith("earlier ones are intact, free some space and resume the run");
      assertThat(outcome().getPermanent()).isTrue();
      assertThat(small.resolve("epoch-000001")).isDirectory();
    } finally {
      assertThat(mount("umount", small.toString())).isTrue();
    }
  }

  private static boolean mount(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command)).redirectErrorStream(true).start().waitFor() == 0;
  }
}
