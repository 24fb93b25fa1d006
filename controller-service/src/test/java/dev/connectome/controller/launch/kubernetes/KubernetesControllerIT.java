package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.ControllerProcess;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged controller with a kubeconfig and {@code --launcher kubernetes}, as people start it.
 */
@Timeout(300)
class KubernetesControllerIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final Map<String, String> settings = TestDatabase.settings(TestDatabase.create());

  KubernetesControllerIT() {
    // No broker is there: runs are created, launched and stopped without one.
    settings.put("connectome.kafka.bootstrap-servers", "127.0.0.1:1");
    settings.put("connectome.launch.kubernetes.image", "example.org/trainer:1");
    settings.put("connectome.launch.kubernetes.keep-finished", "0s");
  }

  @Test
  void jobsAreCreatedWatchedStoppedAndCleanedUp(@TempDir Path folder) throws Exception {
    settings.put("connectome.launch.kubernetes.controller-endpoint", "controller:9400");
    ControllerProcess.Ports ports = ControllerProcess.Ports.free();
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + ports.grpc(), InsecureChannelCredentials.create())
            .build();
    try (var cluster = new TestCluster();
        var controller =
            ControllerProcess.start(
                "kubernetes",
                ports,
                settings,
                Map.of("KUBECONFIG", kubeconfig(folder, cluster).toString()),
                "--launcher",
                "kubernetes")) {
      var runs = TrainingRunServiceGrpc.newBlockingStub(channel);
      TrainingRun run =
          runs.withWaitForReady()
              .createTrainingRun(
                  CreateTrainingRunRequest.newBuilder().setTrainingRunId("a").build());
      await().atMost(TIMEOUT).until(() -> cluster.job(run.getUid(), 1).isPresent());
      Job job = cluster.job(run.getUid(), 1).orElseThrow();
      cluster.pod(job, TestCluster.running(Instant.now()));
      try (var trainer =
          new SimulatedTrainer(
              channel, run.getUid(), TestCluster.environment(job, "CONNECTOME_INSTANCE_ID"))) {
        trainer.register();
        var unused =
            runs.stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/a").build());
        await().atMost(TIMEOUT).until(() -> !trainer.stopRequests().isEmpty());
        trainer.report(TrainingEnd.TRAINING_END_STOPPED, 3);
      }
      cluster.pod(job, TestCluster.terminated(0, "Completed", ""));

      await().atMost(TIMEOUT).until(() -> cluster.jobs().isEmpty());
      assertThat(
              runs.getTrainingRun(GetTrainingRunRequest.newBuilder().setName("runs/a").build())
                  .getState())
          .isEqualTo(RunState.RUN_STATE_STOPPED);
      assertThat(controller.terminate(Duration.ofSeconds(30))).isTrue();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aControllerThatTrainersCouldNotFindEndsWithOneSentenceAboutIt(@TempDir Path folder)
      throws Exception {
    String name = "kubernetes-no-endpoint";
    Files.deleteIfExists(ControllerProcess.log(name));
    try (var cluster = new TestCluster();
        var controller =
            ControllerProcess.start(
                name,
                ControllerProcess.Ports.free(),
                settings,
                Map.of("KUBECONFIG", kubeconfig(folder, cluster).toString()),
                "--launcher",
                "kubernetes")) {

      assertThat(controller.awaitEnd()).isNotZero();
    }
    assertThat(Files.readString(ControllerProcess.log(name)))
        .contains("connectome.launch.kubernetes.controller-endpoint is not set")
        .doesNotContain("\tat ");
  }

  @Test
  void aWrongJobTemplateEndsTheStartWithOneLineThatNamesIt(@TempDir Path folder) throws Exception {
    String name = "kubernetes-wrong-template";
    Files.deleteIfExists(ControllerProcess.log(name));
    Path template =
        Files.writeString(
            folder.resolve("job.yaml"),
            "apiVersion: batch/v1\nkind: Job\nspec:\n  backofLimit: 0\n");
    settings.put("connectome.launch.kubernetes.controller-endpoint", "controller:9400");
    settings.put("connectome.launch.kubernetes.job-template", template.toString());
    try (var cluster = new TestCluster();
        var controller =
            ControllerProcess.start(
                name,
                ControllerProcess.Ports.free(),
                settings,
                Map.of("KUBECONFIG", kubeconfig(folder, cluster).toString()),
                "--launcher",
                "kubernetes")) {

      assertThat(controller.awaitEnd()).isEqualTo(2);
    }
    assertThat(Files.readString(ControllerProcess.log(name)))
        .contains(template.toString(), "backofLimit")
        .doesNotContain("Failed to start", "Caused by")
        .doesNotContainPattern("backofLimit[^\n]*\n\tat ");
  }

  private static Path kubeconfig(Path folder, TestCluster cluster) throws Exception {
    return Files.writeString(folder.resolve("kubeconfig"), cluster.kubeconfig());
  }
}
