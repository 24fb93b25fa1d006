package dev.connectome.stopping;

/**
 * The exponential moving average {@code s[0] = v[0]}, {@code s[t] = w v[t] + (1 - w) s[t-1]} of
 * finite values.
 */
final class MovingAverage {

  private final double newestWeight;
  private boolean started;
  private double average;

  MovingAverage(double newestWeight) {
    this.newestWeight = newestWeight;
  }

  /** Adds a value and returns the average that includes it. */
  double add(double value) {
    average = started ? newestWeight * value + (1 - newestWeight) * average : value;
    started = true;
    return average;
  }
}
