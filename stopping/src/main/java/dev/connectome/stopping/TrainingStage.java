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
   * The stages that a series has gone through so far, in time linear in its length. Points that are
   * NaN or infinite are missing. With {@code s} the exponential moving average with weight 0.5 on
   * the newest value,
   *
   * <ul>
   *   <li>reorganisation begins at the first point,
   *   <li>consolidation at the point after the peak of {@code s} (of equal peaks the first),
   *   <li>stability where {@code s}, at half its peak or below, has fallen by less than 30 % over
   *       five points, twice in a row.
   * </ul>
   *
   * <p>While the series still rises its peak moves, and the beginning of the consolidation with it.
   * Once the stability has begun, all beginnings are final.
   *
   * @param deathDistance the series
   * @return the beginning of every stage reached, in order; empty for an empty series
   */
  public static List<Transition> transitions(Series deathDistance) {
    RuleEvaluation settled = SETTLED.startEvaluation();
    var movingAverage = new MovingAverage(SETTLED.smoothing());
    OptionalInt reorganisation = OptionalInt.empty();
    OptionalInt consolidation = OptionalInt.empty();
    OptionalInt stability = OptionalInt.empty();
    double peak = Double.NEGATIVE_INFINITY;
    for (SeriesPoint point : deathDistance.points()) {
      if (!point.isFinite()) {
        continue;
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
        break;
      }
    }
    var transitions = new ArrayList<Transition>();
    reorganisation.ifPresent(epoch -> transitions.add(new Transition(REORGANISATION, epoch)));
    consolidation.ifPresent(epoch -> transitions.add(new Transition(CONSOLIDATION, epoch)));
    stability.ifPresent(epoch -> transitions.add(new Transition(STABILITY, epoch)));
    return List.copyOf(transitions);
  }
}
