package dev.connectome.stopping;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stages of a network in training, computed from its death distance alone. */
public enum TrainingStage {
  /** The distance rises to its peak. */
  REORGANISATION,
  /** The distance falls. */
  CONSOLIDATION,
  /** The distance wanders around a floor. */
  STABILITY;

  /** The series that stages are computed from. */
  public static final String MONITOR = "deathDistance";

  /**
   * Says when the consolidation ends; the moving average in which the peak is sought is that of
   * this rule.
   */
  private static final DiminishingRule SETTLED = new DiminishingRule(0.5, 0.5, 5, 0.3, 2);

  /**
   * That a stage began.
   *
   * @param stage the stage
   * @param epoch its first epoch
   */
  public record Transition(TrainingStage stage, int epoch) {}

  /**
   * The stages that a series has gone through so far. Reorganisation ends at the peak of the
   * smoothed series, and consolidation where that, at half its peak or below, has fallen by less
   * than 30 % over five points twice in a row. While the series still rises its peak moves, and the
   * beginning of the consolidation with it; the beginning of the stability is final.
   *
   * @param deathDistance the series
   * @return the beginning of every stage reached, in order; empty for an empty series
   */
  public static List<Transition> transitions(Series deathDistance) {
    Series series = deathDistance.finite();
    if (series.points().isEmpty()) {
      return List.of();
    }
    var transitions = new ArrayList<Transition>();
    transitions.add(new Transition(REORGANISATION, series.points().get(0).epoch()));
    Optional<StopVerdict> settled = SETTLED.firstStop(series, 0);
    int end = settled.map(StopVerdict::stopEpoch).orElse(Integer.MAX_VALUE);
    int peak = 0;
    double[] smoothed = series.movingAverage(SETTLED.smoothing());
    for (int t = 1; t < smoothed.length && series.points().get(t).epoch() <= end; t++) {
      peak = smoothed[t] > smoothed[peak] ? t : peak;
    }
    if (peak + 1 < smoothed.length) {
      transitions.add(new Transition(CONSOLIDATION, series.points().get(peak + 1).epoch()));
    }
    settled.ifPresent(verdict -> transitions.add(new Transition(STABILITY, verdict.stopEpoch())));
    return List.copyOf(transitions);
  }
}
