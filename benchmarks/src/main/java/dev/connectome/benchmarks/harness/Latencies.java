package dev.connectome.benchmarks.harness;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Collects latencies to three significant digits. Not safe for use by several threads at once. */
public final class Latencies {
  private static final int DIGITS = 3;

  private final Histogram microseconds = new Histogram(DIGITS);

  /** Adds a latency; a negative one, where a response overtook its request, counts as zero. */
  public void add(Duration latency) {
    microseconds.recordValue(Math.max(0, latency.toNanos() / 1_000));
  }

  public Percentiles percentiles() {
    return new Percentiles(microseconds.getTotalCount(), at(50), at(90), at(99), at(99.9), at(100));
  }

  private double at(double percentile) {
    return microseconds.getValueAtPercentile(percentile) / 1e3;
  }

  /** Percentiles in milliseconds; all 0 without a latency. */
  public record Percentiles(
      long count, double p50, double p90, double p99, double p999, double max) {}
}
