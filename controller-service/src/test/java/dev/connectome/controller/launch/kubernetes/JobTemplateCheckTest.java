package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API server checks the operator's Job template, by a dry run and again with each Job. */
class JobTemplateCheckTest {

  private final DataSource database = TestDatabase.create();
  private final TestCluster cluster = new TestCluster();
  @TempDir private Path directory;
  private Path template;

  @BeforeEach
  void nameTemplate() {
    template = directory.resolve("job.yaml");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aDryRunCreatesNothing() throws Exception {
    writeTemplate("nodeSelector: {gpu: h200}");

    try (var controller = start()) {
      assertThat(cluster.requests("DRY_RUN")).isOne();
      assertThat(cluster.jobs()).isEmpty();
    }
  }

  @Test
  void anUnknownFieldKeepsTheControllerFromStarting() throws Exception {
    writeTemplate("nodeSelektor: {gpu: h200}");

    assertThatThrownBy(this::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(template.toString())
        .hasMessageContaining("unknown field \"spec.template.spec.nodeSelektor\"");
  }

  @Test
  void anInvalidValueKeepsTheControllerFromStarting() throws Exception {
    writeTemplate("priority: 1");
    answerDryRunWith(422, "Job is invalid: spec.template.spec.priority: Forbidden");

    assertThatThrownBy(this::start).hasMessageContaining("spec.template.spec.priority: Forbidden");
  }

  @Test
  void aClusterThatCannotDryRunOrDoesNotAllowItDoesNotKeepTheControllerFromStarting()
      throws Exception {
    writeTemplate("nodeSelector: {gpu: h200}");
    answerDryRunWith(400, "admission webhook kueue does not support dry run");
    start().close();
    answerDryRunWith(403, "exceeded quota: jobs");
    start().close();
  }

  @Test
  void aTemplateThatWasNotCheckedAtTheStartIsCheckedWithEachJob() throws Exception {
    writeTemplate("nodeSelektor: {gpu: h200}");
    cluster.goAway();
    try (var controller = start()) {
      cluster.comeBack();
      var unused =
          controller
              .runs()
              .createTrainingRun(
                  CreateTrainingRunRequest.newBuilder().setTrainingRunId("a").build());

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_FAILED));
      assertThat(controller.get("a").getStateMessage())
          .contains("unknown field \"spec.template.spec.nodeSelektor\"");
      assertThat(cluster.jobs()).isEmpty();
    }
  }

  private void answerDryRunWith(int code, String message) {
    cluster.answerWith(
        request ->
            request.getPath().contains("dryRun=All")
                ? Optional.of(TestCluster.error(code, message))
                : Optional.empty());
  }

  private void writeTemplate(String podField) throws IOException {
    Files.writeString(
        template,
        """
        apiVersion: batch/v1
        kind: Job
        spec:
          template:
            spec:
              %s
        """
            .formatted(podField));
  }

  private ControllerUnderTest start() throws IOException {
    return ControllerUnderTest.start(
        database,
        Map.of(
            "connectome.launch.kubernetes.namespace",
            TestCluster.NAMESPACE,
            "connectome.launch.kubernetes.job-template",
            template.toString()),
        cluster.client());
  }
}
