package dev.connectome.stopping;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The stages of a network in training, computed from its death distance alone. */
public enum TrainingStage {
  /** The distance rises to its peak. */
  REORGANISATION,
  /** The distance falls. */
  CONSOLIDATION,
  /** The distance varies around a floor. */
  STABILITY;

  /** The series that stages are computed from. */
  public static final String MONITOR = "deathDistance";

  /** Ends the consolidation; the peak is that of its moving average. */
  private static final DiminishingRule SETTLED = new DiminishingRule(0.5, 0.5, 5, 0.3, 2);

  /**
   * The beginning of a stage.
   *
   * @param stage the stage
   * @param epoch its first epoch
   */
  public record Transition(TrainingStage stage, int epoch) {}

  /**
   * The stages that a series has gone through so far, in time linear in its length; see {@link
   * Tracker}.
   *
   * @param deathDistance the series
   * @return the beginning of every stage reached, in order; empty for an empty series
   */
  public static List<Transition> transitions(Series deathDistance) {
    var tracker = new Tracker();
    deathDistance.points().forEach(tracker::advance);
    return tracker.transitions();
  }

  /**
   * One pass over the series of a run: a fold that reads each point once, in order of epochs, in
   * constant time. Points that are NaN or infinite are missing. With {@code s} the exponential
   * moving average with weight 0.5 on the newest value,
   *
   * <ul>
   *   <li>reorganisation begins at the first point,
   *   <li>consolidation at the point after the peak of {@code s} (of equal peaks the first),
   *   <li>stability where {@code s}, at half its peak or below, has fallen by less than 30 % over
   *       five points, twice in a row.
   * </ul>
   *
   * <p>While the series still rises its peak moves, and the beginning of the consolidation with it.
   * Once the stability has begun, all beginnings are final. Mutable; for one thread at a time.
   */
  public static final class Tracker {
    private final RuleEvaluation settled = SETTLED.startEvaluation();
    private final MovingAverage movingAverage = new MovingAverage(SETTLED.smoothing());
    private OptionalInt reorganisation = OptionalInt.empty();
    private OptionalInt consolidation = OptionalInt.empty();
    private OptionalInt stability = OptionalInt.empty();
    private double peak = Double.NEGATIVE_INFINITY;

    /** Begins with no point read. */
    public Tracker() {}

    /**
     * Reads the next point.
     *
     * @param point a point of a later epoch than all before
     */
    public void advance(SeriesPoint point) {
      if (stability.isPresent() || !point.isFinite()) {
        return;
      }
      OptionalInt epoch = OptionalInt.of(point.epoch());
      double average = movingAverage.add(point.value());
      reorganisation = reorganisation.isPresent() ? reorganisation : epoch;
      if (average > peak) {
        peak = average;
        consolidation = OptionalInt.empty();
      } else if (consolidation.isEmpty()) {
        consolidation = epoch;
      }
      if (settled.advance(point)) {
        stability = epoch;
      }
    }

    /** {@return the beginning of every stage reached, in order; empty before the first point} */
    public List<Transition> transitions() {
      var transitions = new ArrayList<Transition>();
      reorganisation.ifPresent(epoch -> transitions.add(new Transition(REORGANISATION, epoch)));
      consolidation.ifPresent(epoch -> transitions.add(new Transition(CONSOLIDATION, epoch)));
      stability.ifPresent(epoch -> transitions.add(new Transition(STABILITY, epoch)));
      return List.copyOf(transitions);
    }
  }
}
