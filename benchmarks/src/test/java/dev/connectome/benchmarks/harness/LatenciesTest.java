package dev.connectome.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void percentilesAreMillisecondsToThreeDigits() {
    Latencies latencies = new Latencies();
    for (int millis = 1; millis <= 1000; millis++) {
      latencies.add(Duration.ofMillis(millis));
    }

    Latencies.Percentiles percentiles = latencies.percentiles();

    assertThat(percentiles.count()).isEqualTo(1000);
    assertThat(percentiles.p50()).isCloseTo(500, within(1.0));
    assertThat(percentiles.p90()).isCloseTo(900, within(1.0));
    assertThat(percentiles.p99()).isCloseTo(990, within(1.0));
    assertThat(percentiles.max()).isCloseTo(1000, within(1.0));
  }

  @Test
  void aNegativeLatencyCountsAsZero() {
    Latencies latencies = new Latencies();

    latencies.add(Duration.ofMillis(-3));

    assertThat(latencies.percentiles()).isEqualTo(new Latencies.Percentiles(1, 0, 0, 0, 0, 0));
  }
}
