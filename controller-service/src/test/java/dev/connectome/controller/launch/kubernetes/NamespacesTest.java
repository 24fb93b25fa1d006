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
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs of several namespaces, under one controller or two. */
class NamespacesTest {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "connectome.launch.kubernetes.namespace",
          TestCluster.NAMESPACE,
          "connectome.launch.kubernetes.namespaces.team-a.max-devices",
          "4");

  private final DataSource database = TestDatabase.create();
  private final TestCluster cluster = new TestCluster();
  private final KubernetesClient hands = cluster.client();
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.start(database, SETTINGS, cluster.client());
  }

  @AfterEach
  void stop() {
    controller.close();
    hands.close();
    cluster.close();
  }

  @Test
  void aRunIsInTheNamespaceThatItNamesFromItsJobToItsEnd() throws Exception {
    create("home", "");
    create("away", "team-a");

    eventually().untilAsserted(() -> assertThat(jobs(TestCluster.NAMESPACE)).hasSize(1));
    eventually().untilAsserted(() -> assertThat(jobs("team-a")).hasSize(1));
    Job job = jobs("team-a").get(0);
    assertThat(TestCluster.environment(job, "CONNECTOME_RUN")).isEqualTo("away");
    pod("team-a", job, 143);

    eventually().untilAsserted(() -> assertThat(jobs("team-a")).hasSize(2));
    assertThat(jobs(TestCluster.NAMESPACE)).hasSize(1);
    stopRun("away");
    eventually()
        .untilAsserted(
            () ->
                assertThat(cluster.deletions().keySet())
                    .contains(path("team-a", controller.get("away").getUid(), 2)));
    assertThat(controller.get("away").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(jobs(TestCluster.NAMESPACE)).hasSize(1);
  }

  @Test
  void anotherTenantsJobUnderTheNameOfARunIsNobodys() throws Exception {
    create("home", "");
    eventually().untilAsserted(() -> assertThat(jobs(TestCluster.NAMESPACE)).hasSize(1));
    Job job = jobs(TestCluster.NAMESPACE).get(0);
    hands
        .batch()
        .v1()
        .jobs()
        .inNamespace("team-a")
        .resource(
            new JobBuilder(job)
                .editMetadata()
                .withNamespace("team-a")
                .withResourceVersion(null)
                .withUid(null)
                .endMetadata()
                .build())
        .create();
    pod("team-a", job, 1);
    create("later", "team-a");

    // By the time that the later run has its Job, the impostor was seen.
    eventually().untilAsserted(() -> assertThat(jobs("team-a")).hasSize(2));
    try (SimulatedTrainer trainer =
        new SimulatedTrainer(
            controller.channel(),
            TestCluster.environment(job, "CONNECTOME_RUN_UID"),
            TestCluster.environment(job, "CONNECTOME_INSTANCE_ID"))) {
      assertThat(trainer.register().getAttempt()).isOne();
    }
    assertThat(controller.get("home").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(cluster.deletions()).isEmpty();
  }

  @Test
  void aRunInANamespaceThatIsNotServedIsRefused() {
    assertThatThrownBy(() -> create("a", "kube-system"))
        .hasMessageContaining("training_run.kubernetes.namespace")
        .hasMessageContaining("\"kube-system\"");
  }

  @Test
  void twoControllersDeleteAJobOnce() throws Exception {
    try (var second = ControllerUnderTest.start(database, SETTINGS, cluster.client())) {
      for (int i = 0; i < 20; i++) {
        create("run-" + i, i % 2 == 0 ? "" : "team-a");
      }
      eventually()
          .untilAsserted(
              () ->
                  assertThat(jobs(TestCluster.NAMESPACE).size() + jobs("team-a").size())
                      .isEqualTo(20));
      for (int i = 0; i < 20; i++) {
        stopRun("run-" + i);
      }
      eventually().untilAsserted(() -> assertThat(jobs(TestCluster.NAMESPACE)).isEmpty());
      eventually().untilAsserted(() -> assertThat(jobs("team-a")).isEmpty());
      assertThat(second.get("run-0").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    }

    assertThat(cluster.deletions())
        .hasSize(20)
        .allSatisfy((job, times) -> assertThat(times).as(job).isOne());
  }

  @Test
  void theOtherControllerGoesOnWhenOneIsGone() throws Exception {
    ControllerUnderTest other = ControllerUnderTest.start(database, SETTINGS, cluster.client());
    try {
      create("before", "");
      eventually().untilAsserted(() -> assertThat(jobs(TestCluster.NAMESPACE)).hasSize(1));
      controller.close();
      var unused =
          other
              .runs()
              .createTrainingRun(
                  CreateTrainingRunRequest.newBuilder().setTrainingRunId("after").build());
      Job first = jobs(TestCluster.NAMESPACE).get(0);
      pod(TestCluster.NAMESPACE, first, 143);

      // The Job of the run that came after, and the next attempt of the one before.
      eventually().untilAsserted(() -> assertThat(jobs(TestCluster.NAMESPACE)).hasSize(3));
    } finally {
      controller = other;
    }
  }

  private static String path(String namespace, String runUid, int attempt) {
    return "/apis/batch/v1/namespaces/%s/jobs/connectome-%s-%d"
        .formatted(namespace, runUid, attempt);
  }

  /** Gives a Job a pod whose trainer has exited. */
  private void pod(String namespace, Job job, int exitCode) {
    hands
        .pods()
        .inNamespace(namespace)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(job.getMetadata().getName() + "-pod")
                .withNamespace(namespace)
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .withStatus(TestCluster.terminated(exitCode, "Error", ""))
                .build())
        .create();
  }

  private List<Job> jobs(String namespace) {
    return hands.batch().v1().jobs().inNamespace(namespace).list().getItems();
  }

  private void create(String runId, String namespace) {
    var unused =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(runId)
                    .setTrainingRun(
                        TrainingRun.newBuilder()
                            .setKubernetes(KubernetesSpec.newBuilder().setNamespace(namespace)))
                    .build());
  }

  private void stopRun(String runId) {
    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
  }
}
