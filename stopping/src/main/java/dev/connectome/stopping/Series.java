package dev.connectome.stopping;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * One quantity of a run over its epochs: at most one point an epoch, in order of epochs. An epoch
 * without a point is missing: it has no value and is not counted. Immutable.
 */
public final class Series {

  private final List<SeriesPoint> points;

  private Series(List<SeriesPoint> points) {
    this.points = points;
  }

  /**
   * Makes a series of points in any order.
   *
   * @param points the points; of several of one epoch the last counts
   * @return the series
   */
  public static Series of(Collection<SeriesPoint> points) {
    var byEpoch = new TreeMap<Integer, SeriesPoint>();
    points.forEach(point -> byEpoch.put(point.epoch(), point));
    return new Series(List.copyOf(byEpoch.values()));
  }

  /** {@return the points in ascending order of epochs, unmodifiable} */
  public List<SeriesPoint> points() {
    return points;
  }

  @Override
  public String toString() {
    return points.toString();
  }
}
