package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs as Jobs, over real HTTP to an API server that keeps what it is told. */
class KubernetesLauncherTest {

  /** How long the API server is away; {@code -Pfaults} makes it a minute. */
  private static final Duration OUTAGE =
      Duration.parse(System.getProperty("faults.cluster-outage", "PT3S"));

  private final DataSource database = TestDatabase.create();
  private final TestCluster cluster = new TestCluster();
  private final Map<String, String> settings = new HashMap<>();
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    settings.put("connectome.launch.kubernetes.namespace", TestCluster.NAMESPACE);
    settings.put("connectome.launch.kubernetes.allow.queues", "team-a");
    controller = ControllerUnderTest.start(database, settings, cluster.client());
  }

  @AfterEach
  void stop() {
    controller.close();
    cluster.close();
  }

  @Test
  void aRunBecomesAJobIsStoppedAndItsJobIsNotDoneTwice() throws Exception {
    TrainingRun run = create("a");
    Job job = job(run, 1);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
      stopRun("a");
      eventually().untilAsserted(() -> assertThat(trainer.stopRequests()).hasSize(1));
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 3);
      cluster.pod(job, TestCluster.terminated(0, "Completed", ""));
    }

    awaitState("a", RunState.RUN_STATE_STOPPED);
    assertThat(cluster.requests("POST")).isEqualTo(2); // the Job, and the test's own pod
    assertThat(cluster.jobs()).hasSize(1);
  }

  @Test
  void aTrainerThatCouldNotReportIsHeardThroughItsTerminationMessage() throws Exception {
    TrainingRun run = create("a");
    Job job = job(run, 1);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
    }
    cluster.pod(
        job,
        TestCluster.terminated(
            0, "Completed", "{\"outcome\":{\"end\":\"TRAINING_END_COMPLETED\",\"finalEpoch\":9}}"));

    awaitState("a", RunState.RUN_STATE_COMPLETED);
    assertThat(controller.get("a").getOutcome().getFinalEpoch()).isEqualTo(9);
  }

  @Test
  void anEvictedTrainerGoesOnInANewJobThatOnlyItsOwnTrainerMayJoin() throws Exception {
    TrainingRun run = create("a");
    Job first = job(run, 1);
    cluster.pod(first, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(first)) {
      trainer.register();
    }
    cluster.pod(first, TestCluster.disrupted(143, "EvictionByEvictionAPI"));

    Job second = job(run, 2);
    try (SimulatedTrainer trainer = trainerOf(second)) {
      assertThat(trainer.register().getAttempt()).isEqualTo(2);
      assertThat(trainer.instanceId())
          .isNotEqualTo(TestCluster.environment(first, "CONNECTOME_INSTANCE_ID"));
    }
    assertThat(controller.eventKinds("a")).doesNotContain("FAILED");
  }

  @Test
  void aTrainerThatFailsAgainAndAgainFailsItsRun() {
    TrainingRun run = create("a");
    for (int attempt = 1; attempt <= 3; attempt++) {
      cluster.pod(job(run, attempt), TestCluster.terminated(137, "OOMKilled", ""));
    }

    awaitState("a", RunState.RUN_STATE_FAILED);
    assertThat(controller.get("a").getStateMessage()).contains("more memory than its limit");
  }

  @Test
  void whatHoldsAJobUpIsAnEventAndTheRunsMessage() {
    TrainingRun run = create("a");
    Job job = job(run, 1);
    cluster.pod(job, TestCluster.unschedulable("0/3 nodes are available"));
    eventually()
        .untilAsserted(
            () -> assertThat(controller.get("a").getStateMessage()).contains("0/3 nodes"));

    cluster.pod(job, TestCluster.waiting("ImagePullBackOff", "no such tag"));
    eventually()
        .untilAsserted(
            () -> assertThat(controller.get("a").getStateMessage()).contains("no such tag"));

    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
    assertThat(controller.eventKinds("a"))
        .containsSubsequence("UNSCHEDULABLE", "IMAGE_PULL_BACK_OFF");
  }

  @Test
  void aQueuedRunWaitsAndOneThatItsQueueTakesBackBeginsANewAttempt() throws Exception {
    TrainingRun run = create("a", KubernetesSpec.newBuilder().setQueue("team-a").build());
    Job job = job(run, 1);
    assertThat(job.getSpec().getSuspend()).isTrue();
    eventually()
        .untilAsserted(() -> assertThat(controller.get("a").getStateMessage()).contains("team-a"));
    cluster.suspend(job, false);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
    }

    cluster.suspend(job, true);
    cluster.pod(job, TestCluster.terminated(143, "Error", ""));

    assertThat(job(run, 2).getSpec().getSuspend()).isTrue();
    assertThat(controller.get("a").getStateMessage()).doesNotContain("failure");
  }

  @Test
  void aJobThatSomebodyDeletesIsReplaced() throws Exception {
    TrainingRun run = create("a");
    Job job = job(run, 1);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
    }

    cluster.delete(job);

    Duration full = Duration.ofSeconds(40);
    await().atMost(full).until(() -> cluster.job(run.getUid(), 2).isPresent());
  }

  @Test
  void theJobOfADeletedRunIsDeleted() {
    TrainingRun run = create("a");
    job(run, 1);

    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder().setName("runs/a").setForce(true).build());

    await().atMost(Duration.ofSeconds(40)).until(() -> cluster.jobs().isEmpty());
  }

  @Test
  void aTrainerThatDoesNotObeyLosesItsJob() throws Exception {
    controller.close();
    settings.put("connectome.stop-grace", "1s");
    controller = ControllerUnderTest.start(database, settings, cluster.client());
    TrainingRun run = create("a");
    Job job = job(run, 1);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job)) {
      trainer.register();
      stopRun("a");

      await().atMost(Duration.ofSeconds(40)).until(() -> cluster.jobs().isEmpty());
      cluster.collectGarbage();
    }

    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> controller.get("a").getState() == RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aControllerThatComesBackAdoptsJobsAndSeesWhatHappenedMeanwhile() throws Exception {
    TrainingRun running = create("running");
    TrainingRun ending = create("ending");
    Job job = job(running, 1);
    Job other = job(ending, 1);
    cluster.pod(job, TestCluster.running(Instant.now()));
    cluster.pod(other, TestCluster.running(Instant.now()));
    try (SimulatedTrainer trainer = trainerOf(job);
        SimulatedTrainer second = trainerOf(other)) {
      trainer.register();
      second.register();
      controller.close();
      cluster.pod(
          other,
          TestCluster.terminated(
              0, "Completed", "{\"outcome\":{\"end\":\"TRAINING_END_COMPLETED\"}}"));

      controller = ControllerUnderTest.start(database, settings, cluster.client());

      awaitState("ending", RunState.RUN_STATE_COMPLETED);
      try (SimulatedTrainer same = trainer.movedTo(controller.channel())) {
        assertThat(same.register().getAttempt()).isEqualTo(1);
      }
    }
    assertThat(cluster.jobs()).hasSize(2);
  }

  @Test
  void errorsOfTheApiServerDelayAJobAndNeverDoubleIt() {
    var errors = new AtomicInteger();
    cluster.answerWith(
        request ->
            request.method().name().equals("POST") && errors.incrementAndGet() <= 4
                ? Optional.of(
                    TestCluster.error(errors.get() % 2 == 0 ? 500 : 429, "try again later"))
                : Optional.empty());

    job(create("a"), 1);

    assertThat(errors.get()).isGreaterThan(4);
    assertThat(cluster.jobs()).hasSize(1);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
  }

  @Test
  void aJobThatIsThereAlreadyIsTheOneThatWasMeant() {
    cluster.answerWith(
        request ->
            request.method().name().equals("POST")
                ? Optional.of(TestCluster.error(409, "already exists"))
                : Optional.empty());

    create("a");

    eventually().until(() -> cluster.requests("POST") > 0);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
  }

  @Test
  void aJobThatTheClusterRefusesFailsTheRunWithTheClustersWords() {
    cluster.answerWith(
        request ->
            request.method().name().equals("POST")
                ? Optional.of(TestCluster.error(422, "spec.template: Invalid value"))
                : Optional.empty());

    create("a");

    awaitState("a", RunState.RUN_STATE_FAILED);
    assertThat(controller.get("a").getStateMessage()).contains("spec.template: Invalid value");
  }

  @Test
  void aQuotaThatIsUsedUpMakesARunWait() {
    cluster.answerWith(
        request ->
            request.method().name().equals("POST")
                ? Optional.of(TestCluster.error(403, "exceeded quota: gpus"))
                : Optional.empty());

    create("a");

    eventually()
        .untilAsserted(
            () -> assertThat(controller.get("a").getStateMessage()).contains("exceeded quota"));
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
  }

  @Test
  void aWatchThatIsCutOffAndTooOldIsTakenUpWithANewList() {
    Job job = job(create("a"), 1);
    var gone = new AtomicInteger();
    cluster.answerWith(
        request ->
            TestCluster.isWatch(request) && gone.incrementAndGet() <= 2
                ? Optional.of(TestCluster.error(410, "too old resource version"))
                : Optional.empty());
    cluster.goAway();
    cluster.comeBack();

    cluster.pod(job, TestCluster.terminated(2, "Error", "no such model"));

    awaitState("a", RunState.RUN_STATE_FAILED);
    assertThat(gone.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void whileTheApiServerIsAwayNothingIsLost() {
    Job job = job(create("before"), 1);
    cluster.goAway();
    TrainingRun meanwhile = create("meanwhile");
    eventually().until(() -> controller.get("meanwhile").getState() == RunState.RUN_STATE_STARTING);
    await()
        .during(OUTAGE)
        .atMost(OUTAGE.plusSeconds(20))
        .until(
            () ->
                Stream.of("before", "meanwhile")
                    .allMatch(id -> controller.get(id).getState() == RunState.RUN_STATE_STARTING));

    cluster.comeBack();
    cluster.pod(job, TestCluster.terminated(2, "Error", "no such model"));

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> cluster.job(meanwhile.getUid(), 1).isPresent());
    awaitState("before", RunState.RUN_STATE_FAILED);
  }

  private TrainingRun create(String runId) {
    return create(runId, KubernetesSpec.getDefaultInstance());
  }

  private TrainingRun create(String runId, KubernetesSpec spec) {
    return controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId(runId)
                .setTrainingRun(
                    TrainingRun.newBuilder()
                        .setKubernetes(spec)
                        .setPolicy(StoppingPolicy.getDefaultInstance()))
                .build());
  }

  private void stopRun(String runId) {
    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  private Job job(TrainingRun run, int attempt) {
    eventually().until(() -> cluster.job(run.getUid(), attempt).isPresent());
    return cluster.job(run.getUid(), attempt).orElseThrow();
  }

  private SimulatedTrainer trainerOf(Job job) throws Exception {
    return new SimulatedTrainer(
        controller.channel(),
        TestCluster.environment(job, "CONNECTOME_RUN_UID"),
        TestCluster.environment(job, "CONNECTOME_INSTANCE_ID"));
  }

  private void awaitState(String runId, RunState state) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(controller.get(runId).getState()).isEqualTo(state));
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50));
  }
}
