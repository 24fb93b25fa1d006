package dev.connectome.benchmarks.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.connectome.benchmarks.BenchCommandLine;
import org.junit.jupiter.api.Test;

/** The benchmark on a small training, on a platform that it starts and removes. */
class TrainerCommandIT {

  private final BenchCommandLine bench = new BenchCommandLine("trainer");

  @Test
  void measuresTheSameTrainingObservedAndNotObserved() throws Exception {
    int exitCode =
        bench.run(
            "--images",
            "500",
            "--epochs",
            "3",
            "--repetitions",
            "2",
            "--samples",
            "100",
            "-o",
            "json");

    assertThat(exitCode).as(bench.errors()).isZero();
    JsonNode report = bench.report();
    assertThat(report.get("sameTraining").asBoolean()).isTrue();
    assertThat(report.get("droppedSnapshots").asInt()).isZero();
    JsonNode bare = report.get("bare");
    JsonNode observed = report.get("observed");
    assertThat(bare.get("trainingSeconds").asDouble()).isPositive();
    assertThat(bare.get("probeSeconds").asDouble()).isZero();
    assertThat(bare.get("checkpointSeconds").asDouble()).isZero();
    assertThat(observed.get("probeSeconds").asDouble()).isPositive();
    assertThat(observed.get("checkpointSeconds").asDouble()).isPositive();
    assertThat(observed.get("publicationSeconds").asDouble()).isPositive();
    assertThat(bare.get("processCpuSeconds").asDouble()).isPositive();
    assertThat(report.get("memoryRatio").asDouble()).isBetween(0.5, 2.0);
    assertThat(bench.errors()).contains("repetition 2 of 2, observed:");
  }

  @Test
  void measuresTheSameTrainingWithAnAverageOfItsWeights() throws Exception {
    int exitCode =
        bench.run(
            "--average", "--images", "500", "--epochs", "2", "--repetitions", "1", "-o", "json");

    assertThat(exitCode).as(bench.errors()).isZero();
    JsonNode report = bench.report();
    assertThat(report.get("sameTraining").asBoolean()).isTrue();
    assertThat(report.get("observed").get("trainingSeconds").asDouble()).isPositive();
    assertThat(report.get("observed").get("probeSeconds").asDouble()).isZero();
    assertThat(bench.errors()).contains("repetition 1 of 1, averaged:");
  }

  @Test
  void rejectsInvalidOptions() {
    assertThat(bench.run("--model", "vgg16")).isEqualTo(2);
    assertThat(bench.errors()).contains("--model is vgg16: it must be one of [mlp, vgg]");
    assertThat(bench.run("--images", "60001")).isEqualTo(2);
    assertThat(bench.errors()).contains("--images is 60001: it must be 50 .. 60000");
    assertThat(bench.run("--data-dir", "nowhere")).isEqualTo(2);
    assertThat(bench.errors()).contains("--data-dir nowhere is not a folder");
  }
}
