package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clusters do one after the other, in the order in which they do it. */
class ClusterOrderTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(120);
  private static final int WATCHED_KINDS = 3;

  private final DataSource database = TestDatabase.create();
  private final TestCluster cluster = new TestCluster();
  private final Map<String, String> settings = new HashMap<>();
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    settings.put("connectome.launch.kubernetes.namespace", TestCluster.NAMESPACE);
    settings.put("connectome.interruption-pause", "0s");
    controller = ControllerUnderTest.start(database, settings, cluster.client());
  }

  @AfterEach
  void stop() {
    controller.close();
    cluster.close();
  }

  /**
   * From 1.31: SIGTERM and FailureTarget; the trainer reports that it was interrupted; its pod
   * ends; Failed.
   */
  @Test
  void aDeadlineEndsTheRunAlthoughItsTrainerSaysThatItWasInterrupted() throws Exception {
    TrainingRun run =
        create(
            KubernetesSpec.newBuilder()
                .setActiveDeadline(com.google.protobuf.util.Durations.fromSeconds(25))
                .build());
    Job job = runningJob(run);
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      cluster.terminate(job, Instant.now().plus(GRACE));
      trainer.report(TrainingEnd.TRAINING_END_INTERRUPTED, 3);
    }
    cluster.condition(job, "FailureTarget", "DeadlineExceeded");
    cluster.pod(job, TestCluster.terminated(143, "Error", ""));
    cluster.condition(job, "Failed", "DeadlineExceeded");

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_FAILED));
    assertThat(controller.get("a").getStateMessage()).contains("active deadline");
    assertThat(cluster.job(run.getUid(), 2)).isEmpty();
  }

  /** Up to 1.30: the Job fails while the trainer still writes its checkpoint. */
  @Test
  void aDrainIsNoFailureAndTheNextTrainerBeginsWhenTheLastHasGone() throws Exception {
    TrainingRun run = create(KubernetesSpec.getDefaultInstance());
    Job job = runningJob(run);
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      cluster.terminate(job, Instant.now().plus(GRACE));
      cluster.condition(job, "Failed", "BackoffLimitExceeded");
      trainer.report(TrainingEnd.TRAINING_END_INTERRUPTED, 3);
    }
    await().atMost(PATIENCE).until(() -> controller.eventKinds("a").contains("TRAINER_LEAVING"));
    assertThat(cluster.job(run.getUid(), 2)).isEmpty();

    cluster.pod(job, TestCluster.disrupted(143, "EvictionByEvictionAPI"));

    await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), 2).isPresent());
    assertThat(messages()).doesNotContain("failure");
  }

  /** Jobs and pods are watched apart: a Job may be seen to fail before its pod is seen at all. */
  @Test
  void aTrainerWhosePodIsNotSeenYetHasNotGone() throws Exception {
    await().atMost(PATIENCE).until(() -> cluster.requests("WATCH") == WATCHED_KINDS);
    cluster.goAway();
    cluster.answerWith(ClusterOrderTest::noWatchOfPods);
    cluster.comeBack();
    TrainingRun run = create(KubernetesSpec.getDefaultInstance());
    Job job = runningJob(run);
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      cluster.condition(job, "Failed", "BackoffLimitExceeded");
      await().atMost(PATIENCE).until(() -> cluster.requests("PODS_OF_ATTEMPT") > 0);
      trainer.report(TrainingEnd.TRAINING_END_INTERRUPTED, 3);
    }
    await().atMost(PATIENCE).until(() -> controller.eventKinds("a").contains("TRAINER_LEAVING"));
    assertThat(cluster.job(run.getUid(), 2)).isEmpty();

    cluster.answerWith(request -> Optional.empty());
    cluster.pod(job, TestCluster.disrupted(143, "EvictionByEvictionAPI"));

    await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), 2).isPresent());
    assertThat(messages()).doesNotContain("failure");
  }

  private static Optional<MockResponse> noWatchOfPods(RecordedRequest request) {
    return TestCluster.isOfPods(request) && !TestCluster.isOfAttempt(request)
        ? Optional.of(TestCluster.error(503, "etcd has no leader"))
        : Optional.empty();
  }

  /** The Job is gone at once; its pod only when the trainer has ended. */
  @Test
  void aJobThatSomebodyDeletesIsAnInterruptionAndItsTrainerEndsFirst() throws Exception {
    TrainingRun run = create(KubernetesSpec.getDefaultInstance());
    Job job = runningJob(run);
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      cluster.deleteInBackground(job);
      cluster.terminate(job, Instant.now().plus(GRACE));
      trainer.report(TrainingEnd.TRAINING_END_INTERRUPTED, 3);
    }
    await().atMost(PATIENCE).until(() -> controller.eventKinds("a").contains("TRAINER_LEAVING"));
    assertThat(cluster.job(run.getUid(), 2)).isEmpty();

    cluster.pod(job, TestCluster.terminated(143, "Error", ""));

    await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), 2).isPresent());
    assertThat(messages()).doesNotContain("failure");
  }

  /** Quotas, admission and Pod Security refuse the pod and not the Job. */
  @Test
  void aJobWithoutAPodSaysWhyInTheClustersWords() {
    TrainingRun run = create(KubernetesSpec.getDefaultInstance());
    Job job = job(run);
    cluster.warn(
        job.getMetadata().getName(),
        "FailedCreate",
        "Error creating: pods \"%s-x7k2p\" is forbidden: exceeded quota: gpus"
            .formatted(job.getMetadata().getName()));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(controller.get("a").getStateMessage())
                    .contains("its pod is forbidden: exceeded quota: gpus"));
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
  }

  @Test
  void whatTheOperatorDoesNotAllowIsRefusedBeforeThereIsARun() {
    assertThatThrownBy(
            () -> create(KubernetesSpec.newBuilder().setImage("attacker.example/x").build()))
        .hasMessageContaining("training_run.kubernetes.image")
        .hasMessageContaining("attacker.example/x")
        .hasMessageContaining("connectome.launch.kubernetes.allow.images");
    assertThat(cluster.jobs()).isEmpty();
  }

  private TrainingRun create(KubernetesSpec spec) {
    return controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId("a")
                .setTrainingRun(
                    TrainingRun.newBuilder()
                        .setKubernetes(spec)
                        .setPolicy(StoppingPolicy.getDefaultInstance()))
                .build());
  }

  private Job job(TrainingRun run) {
    await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), 1).isPresent());
    return cluster.job(run.getUid(), 1).orElseThrow();
  }

  private Job runningJob(TrainingRun run) {
    Job job = job(run);
    cluster.pod(job, TestCluster.running(Instant.now()));
    return job;
  }

  private SimulatedTrainer trainerOf(Job job) throws Exception {
    return new SimulatedTrainer(
        controller.channel(),
        TestCluster.environment(job, "CONNECTOME_RUN_UID"),
        TestCluster.environment(job, "CONNECTOME_INSTANCE_ID"));
  }

  private String messages() {
    return String.join("\n", controller.eventMessages("a"));
  }
}
