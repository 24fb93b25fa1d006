package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
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
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs of runs that nobody wants any more. */
class UnwantedJobsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
  void aQueuedAndAnUnschedulableJobGoWithTheStopOfTheirRun() {
    TrainingRun queued = create("queued", KubernetesSpec.newBuilder().setQueue("team-a").build());
    TrainingRun waiting = create("waiting", KubernetesSpec.getDefaultInstance());
    awaitJob(queued);
    cluster.pod(awaitJob(waiting), TestCluster.unschedulable("0/3 nodes are available"));

    stopRun("queued");
    stopRun("waiting");

    awaitNoJobs();
    awaitAttemptEnded(queued);
    awaitAttemptEnded(waiting);
    assertThat(state("queued")).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aJobThatSomebodyDeletesIsNotReplacedOnceItsRunWasStopped() {
    TrainingRun run = create("a", KubernetesSpec.newBuilder().setQueue("team-a").build());
    Job job = awaitJob(run);
    int created = cluster.requests("POST");

    stopRun("a");
    cluster.delete(job);

    awaitAttemptEnded(run);
    assertThat(cluster.jobs()).isEmpty();
    assertThat(cluster.requests("POST")).isEqualTo(created);
    assertThat(state("a")).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aRunThatWasStoppedWhileItsQuotaWasUsedUpGetsNoJobWhenThereIsRoomAgain() {
    var full = new AtomicBoolean(true);
    cluster.answerWith(
        request ->
            full.get() && request.method().name().equals("POST")
                ? Optional.of(TestCluster.error(403, "exceeded quota: gpus"))
                : Optional.empty());
    TrainingRun run = create("a", KubernetesSpec.getDefaultInstance());
    await()
        .atMost(PATIENCE)
        .until(() -> controller.get("a").getStateMessage().contains("exceeded quota"));
    int tried = cluster.requests("POST");

    stopRun("a");
    full.set(false);

    awaitAttemptEnded(run);
    assertThat(cluster.jobs()).isEmpty();
    assertThat(cluster.requests("POST")).isEqualTo(tried);
  }

  @Test
  void aTrainerThatIsStartingGoesWithTheStopOfItsRun() {
    TrainingRun run = create("a", KubernetesSpec.getDefaultInstance());
    cluster.pod(awaitJob(run), TestCluster.running(Instant.now()));

    stopRun("a");

    awaitNoJobs();
    awaitAttemptEnded(run);
  }

  @Test
  void theJobOfAnotherDatabasesRunIsLeftAlone() throws Exception {
    TrainingRun run = create("a", KubernetesSpec.getDefaultInstance());
    Job job = awaitJob(run);
    cluster.pod(job, TestCluster.running(Instant.now()));
    // As a backup does that is older than the run.
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("DELETE FROM runs");
      statement.execute("DELETE FROM deleted_runs");
    }

    TrainingRun other = create("b", KubernetesSpec.newBuilder().setQueue("team-a").build());
    awaitJob(other);
    cluster.annotate(job, "test.connectome.dev/touched");
    stopRun("b");
    awaitAttemptEnded(other);

    assertThat(cluster.job(run.getUid(), 1)).isPresent();
  }

  @Test
  void aHungTrainerIsTerminatedAndItsRunGoesOnInAnotherJob() throws Exception {
    controller.close();
    settings.put("connectome.lost-timeout", "1s");
    controller = ControllerUnderTest.start(database, settings, cluster.client());
    TrainingRun run = create("a", KubernetesSpec.getDefaultInstance());
    Job job = awaitJob(run);
    cluster.pod(job, TestCluster.running(Instant.now()));
    try (var trainer =
        new SimulatedTrainer(
            controller.channel(),
            run.getUid(),
            TestCluster.environment(job, "CONNECTOME_INSTANCE_ID"))) {
      trainer.register();
      controller.setHeartbeatBack(run.getUid(), Duration.ofMinutes(10));
      await().atMost(PATIENCE).until(() -> state("a") == RunState.RUN_STATE_LOST);
      controller.setHeartbeatBack(run.getUid(), Duration.ofMinutes(10));

      await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), 1).isEmpty());
    }
    cluster.collectGarbage();

    Job second = awaitJob(run, 2);
    assertThat(controller.eventKinds("a")).containsOnlyOnce("TRAINER_HUNG");
    try (var trainer =
        new SimulatedTrainer(
            controller.channel(),
            run.getUid(),
            TestCluster.environment(second, "CONNECTOME_INSTANCE_ID"))) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
    }
    assertThat(state("a")).isEqualTo(RunState.RUN_STATE_COMPLETED);
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

  private Job awaitJob(TrainingRun run) {
    return awaitJob(run, 1);
  }

  private Job awaitJob(TrainingRun run, int attempt) {
    await().atMost(PATIENCE).until(() -> cluster.job(run.getUid(), attempt).isPresent());
    return cluster.job(run.getUid(), attempt).orElseThrow();
  }

  private void awaitNoJobs() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              cluster.collectGarbage();
              return cluster.jobs().isEmpty();
            });
  }

  /** Once its attempt has ended nothing is left to do for a run. */
  private void awaitAttemptEnded(TrainingRun run) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              cluster.collectGarbage();
              return controller
                  .store()
                  .inTransaction(
                      transaction -> transaction.attempts().find(UUID.fromString(run.getUid()), 1))
                  .orElseThrow()
                  .ended();
            });
  }

  private RunState state(String runId) {
    return controller.get(runId).getState();
  }
}
