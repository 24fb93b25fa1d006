package dev.connectome.benchmarks.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The benchmark on a small training, on a platform that it starts and removes. */
class TrainerCommandIT {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... options) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> words = new ArrayList<>(List.of("bench", "trainer"));
    words.addAll(List.of(options));
    return command.execute(words.toArray(String[]::new));
  }

  @Test
  void theSameTrainingIsMeasuredObservedAndNot() throws Exception {
    int exitCode =
        bench(
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

    assertThat(exitCode).as(err.toString()).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
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
    assertThat(err.toString()).contains("repetition 2 of 2, observed:");
  }

  @Test
  void whatCannotBeMeasuredIsRefusedInOneSentence() {
    assertThat(bench("--model", "vgg16")).isEqualTo(2);
    assertThat(err.toString()).contains("--model is vgg16: it must be one of [mlp, vgg]");
    assertThat(bench("--images", "60001")).isEqualTo(2);
    assertThat(err.toString()).contains("--images is 60001: it must be 50 .. 60000");
    assertThat(bench("--data-dir", "nowhere")).isEqualTo(2);
    assertThat(err.toString()).contains("--data-dir nowhere is no folder");
  }
}
