package dev.connectome.stopping;

/**
 * One point of a series.
 *
 * @param epoch the epoch, from 1
 * @param value the value; NaN or infinite where a trainer reported it so
 */
public record SeriesPoint(int epoch, double value) {

  /**
   * Checks the epoch.
   *
   * @throws IllegalArgumentException if the epoch is less than 1
   */
  public SeriesPoint {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch must be 1 or more, not " + epoch);
    }
  }

  boolean isFinite() {
    return Double.isFinite(value);
  }
}
