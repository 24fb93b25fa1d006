package dev.connectome.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.Main;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark on a small load, against a platform that is up. */
class PipelineCommandIT {

  @TempDir static Path stateDirectory;
  private static Platform platform;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    platform =
        Platform.start(
            new PlatformOptions(
                Installation.current(), stateDirectory, null, 1, PlatformOptions.Ports.ANY),
            line -> {});
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  private int bench(String... options) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> words = new ArrayList<>(List.of("bench", "pipeline"));
    words.addAll(List.of(options));
    words.addAll(List.of("--state-dir", stateDirectory.toString(), "-o", "json"));
    return command.execute(words.toArray(String[]::new));
  }

  @Test
  void everySignatureIsThereOnceAndTheLibrarys() throws Exception {
    int exitCode = bench("--runs", "6", "--neurons", "600", "--samples", "500", "--epochs", "3");

    assertThat(exitCode).as(err.toString()).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.get("load").get("batches").asInt()).isEqualTo(2);
    assertThat(report.get("checked").asInt()).isGreaterThanOrEqualTo(6 * (3 + 3 + 2));
    assertThat(report.get("mismatches").asInt()).isZero();
    assertThat(report.get("missing").asInt()).isZero();
    assertThat(report.get("duplicates").asInt()).isZero();
    assertThat(report.get("ceiling").get("snapshotsPerSecond").asDouble()).isPositive();
    assertThat(report.get("fullSpeed").get("serviceCpuSecondsPerSnapshot").asDouble()).isPositive();
    assertThat(report.get("paced").get("latencyMillis").get("p50").asDouble()).isPositive();
    assertThat(report.get("service").get("peakResidentBytes").asLong()).isPositive();
  }

  @Test
  void openRunsAreCounted() throws Exception {
    int exitCode = bench("--runs", "4", "--neurons", "64", "--samples", "100", "--open");

    assertThat(exitCode).as(err.toString()).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.get("steps")).hasSize(5);
    assertThat(report.get("steps").get(4).get("openRuns").asInt()).isEqualTo(4);
    assertThat(report.get("peakResidentBytes").asLong()).isPositive();
  }

  @Test
  void whatCannotBePlayedIsRefusedInOneSentence() {
    assertThat(bench("--neurons", "1")).isEqualTo(2);
    assertThat(err.toString()).contains("connectome: --neurons is 1: it must be 2 .. 16384");
  }
}
