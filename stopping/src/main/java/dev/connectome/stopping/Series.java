package dev.connectome.stopping;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What one quantity of a run did: at most one point an epoch, in order of epochs. An epoch without
 * a point is missing; it has no value and is not counted.
 */
public final class Series {

  private final List<SeriesPoint> points;

  private Series(List<SeriesPoint> points) {
    this.points = points;
  }

  /**
   * Makes a series of points in any order.
   *
   * @param points the points; of several in one epoch the last counts
   * @return the series
   */
  public static Series of(Collection<SeriesPoint> points) {
    var byEpoch = new TreeMap<Integer, SeriesPoint>();
    points.forEach(point -> byEpoch.put(point.epoch(), point));
    return new Series(List.copyOf(byEpoch.values()));
  }

  /**
   * The points.
   *
   * @return the points in ascending order of epochs, unmodifiable
   */
  public List<SeriesPoint> points() {
    return points;
  }

  /** The series without its points that are NaN or infinite: for the rules, those are missing. */
  Series finite() {
    return new Series(points.stream().filter(SeriesPoint::isFinite).toList());
  }

  /**
   * The last {@code count} points up to and including index {@code last}, fewer at the beginning.
   */
  List<SeriesPoint> window(int last, int count) {
    return points.subList(Math.max(0, last + 1 - count), last + 1);
  }

  /**
   * The exponential moving average {@code s[0] = v[0]}, {@code s[i] = w v[i] + (1 - w) s[i-1]} over
   * the points that exist. All values must be finite.
   */
  double[] movingAverage(double newestWeight) {
    var smoothed = new double[points.size()];
    for (int i = 0; i < smoothed.length; i++) {
      double value = points.get(i).value();
      smoothed[i] = i == 0 ? value : newestWeight * value + (1 - newestWeight) * smoothed[i - 1];
    }
    return smoothed;
  }

  @Override
  public String toString() {
    return points.toString();
  }
}
