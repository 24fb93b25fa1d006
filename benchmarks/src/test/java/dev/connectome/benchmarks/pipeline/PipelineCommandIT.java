package dev.connectome.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.connectome.benchmarks.BenchCommandLine;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark on a small load, against a platform that is up. */
class PipelineCommandIT {

  @TempDir static Path stateDirectory;
  private static Platform platform;

  private final BenchCommandLine bench = new BenchCommandLine("pipeline");

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

  private int run(String... options) {
    return bench.run(
        Stream.concat(
                Stream.of(options),
                Stream.of("--state-dir", stateDirectory.toString(), "-o", "json"))
            .toArray(String[]::new));
  }

  @Test
  void everySignatureArrivesOnceAndEqualsTheLibrarys() throws Exception {
    int exitCode = run("--runs", "6", "--neurons", "600", "--samples", "500", "--epochs", "3");

    assertThat(exitCode).as(bench.errors()).isZero();
    JsonNode report = bench.report();
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
  void measuresOpenRuns() throws Exception {
    int exitCode = run("--runs", "4", "--neurons", "64", "--samples", "100", "--open");

    assertThat(exitCode).as(bench.errors()).isZero();
    JsonNode report = bench.report();
    assertThat(report.get("steps")).hasSize(5);
    assertThat(report.get("steps").get(4).get("openRuns").asInt()).isEqualTo(4);
    assertThat(report.get("peakResidentBytes").asLong()).isPositive();
  }

  @Test
  void rejectsInvalidOptions() {
    assertThat(run("--neurons", "1")).isEqualTo(2);
    assertThat(bench.errors()).contains("connectome: --neurons is 1: it must be 2 .. 16384");
  }
}
