package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as a user starts it. */
class DemoIT {

  @TempDir Path directory;

  @Test
  void oneRunIsStoppedSummarisedAndReported() throws Exception {
    Path summary = directory.resolve("out.json");
    Path report = directory.resolve("report.html");

    int exitCode =
        Main.commandLine()
            .execute(
                "demo",
                "--runs",
                "1",
                "--json",
                summary.toString(),
                "--report",
                report.toString(),
                "--state-dir",
                directory.resolve("state").toString());

    assertThat(exitCode).isZero();
    JsonNode run = new ObjectMapper().readTree(summary.toFile()).get("runs").get(0);
    assertThat(run.get("state").asText()).isEqualTo("STOPPED");
    assertThat(run.get("stopEpoch").asInt()).isBetween(10, 59);
    assertThat(run.get("decision").get("policyId").asText()).isEqualTo("default");
    assertThat(run.get("decision").get("message").asText()).contains("connectome");
    assertThat(run.get("series").size()).isGreaterThanOrEqualTo(run.get("stopEpoch").asInt());
    assertThat(run.get("testAccuracy").asDouble()).isBetween(0.8, 1.0);
    assertThat(run.get("reference").get("finalEpoch").asInt()).isEqualTo(60);
    assertThat(report)
        .content()
        .contains("/v1/runs/" + run.get("name").asText(), "RUN_STATE_STOPPED", "</html>");
  }
}
