package dev.connectome.benchmarks.control;

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

/** The benchmark on a small load, on a platform that it starts and removes. */
class ControlCommandIT {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... options) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> words = new ArrayList<>(List.of("bench", "control"));
    words.addAll(List.of(options));
    return command.execute(words.toArray(String[]::new));
  }

  @Test
  void everyStopThatIsDueIsCarriedOutOnce() throws Exception {
    int exitCode =
        bench(
            "--runs",
            "20",
            "--heartbeat",
            "500ms",
            "--signatures-per-second",
            "40",
            "--warm-up",
            "1s",
            "--duration",
            "6s",
            "--list",
            "300",
            "-o",
            "json");

    assertThat(exitCode).as(err.toString()).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    JsonNode stops = report.get("stops");
    assertThat(stops.get("due").asInt()).isPositive();
    assertThat(stops.get("lost").asInt()).isZero();
    assertThat(stops.get("doubled").asInt()).isZero();
    assertThat(stops.get("wrong").asInt()).isZero();
    assertThat(report.get("heartbeats").get("millis").get("count").asLong()).isPositive();
    assertThat(report.get("controller").get("peakResidentBytes").asLong()).isPositive();
    assertThat(report.get("list").get(0).get("runs").asInt()).isGreaterThan(300);
  }

  @Test
  void whatCannotBePlayedIsRefusedInOneSentence() {
    assertThat(bench("--heartbeat", "soon")).isEqualTo(2);
    assertThat(err.toString()).contains("'soon' is not a time: write it as 500ms, 5s or 2m");
    assertThat(bench("--runs", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--runs is 0: it must be 1 .. 10000");
    assertThat(bench("--list", "5", "--state-dir", "somewhere")).isEqualTo(2);
    assertThat(err.toString()).contains("leave out --state-dir");
  }
}
