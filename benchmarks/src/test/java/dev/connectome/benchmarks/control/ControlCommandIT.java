package dev.connectome.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.connectome.benchmarks.BenchCommandLine;
import org.junit.jupiter.api.Test;

/** The benchmark on a small load, on a platform that it starts and removes. */
class ControlCommandIT {

  private final BenchCommandLine bench = new BenchCommandLine("control");

  @Test
  void everyDueStopIsDeliveredOnce() throws Exception {
    int exitCode =
        bench.run(
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
            "--history",
            "500",
            "--history-runs",
            "2",
            "-o",
            "json");

    assertThat(exitCode).as(bench.errors()).isZero();
    JsonNode report = bench.report();
    JsonNode stops = report.get("stops");
    assertThat(stops.get("due").asInt()).isPositive();
    assertThat(stops.get("lost").asInt()).isZero();
    assertThat(stops.get("doubled").asInt()).isZero();
    assertThat(stops.get("wrong").asInt()).isZero();
    assertThat(report.get("heartbeats").get("millis").get("count").asLong()).isPositive();
    assertThat(report.get("controller").get("peakResidentBytes").asLong()).isPositive();
    assertThat(report.get("history"))
        .extracting(cost -> cost.get("epochs").asInt(), cost -> cost.get("signatures").asInt())
        .containsExactly(tuple(100, 400), tuple(500, 400));
    assertThat(report.get("list").get(0).get("runs").asInt()).isGreaterThan(300);
  }

  @Test
  void rejectsInvalidOptions() {
    assertThat(bench.run("--heartbeat", "soon")).isEqualTo(2);
    assertThat(bench.errors()).contains("'soon' is not a time: write it as 500ms, 5s or 2m");
    assertThat(bench.run("--runs", "0")).isEqualTo(2);
    assertThat(bench.errors()).contains("--runs is 0: it must be 1 .. 10000");
    assertThat(bench.run("--list", "5", "--state-dir", "somewhere")).isEqualTo(2);
    assertThat(bench.errors()).contains("leave out --state-dir");
  }
}
