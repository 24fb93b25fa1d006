package dev.connectome.stopping;

import java.util.Optional;

/**
 * A rule that says at which points of a series a training run should stop.
 *
 * <p>Every rule is causal: whether it stops at a point depends on that point and those before it,
 * so points added later never change an earlier verdict. Epochs without a point neither count nor
 * reset anything, and a point that is NaN or infinite is treated as missing, unless the rule says
 * otherwise. Rules are immutable.
 */
public sealed interface StoppingRule
    permits NeverRule,
        PatienceRule,
        PlateauRule,
        DiminishingRule,
        SlowingRule,
        FlatRule,
        TroughRule {

  /** {@return the rule's name, as users write it} */
  String name();

  /** {@return the name of the series that the rule reads by default} */
  default String defaultMonitor() {
    return "deathDistance";
  }

  /**
   * How many epochs the weights that this rule wants to keep may lie behind the epoch that stops
   * the run. A trainer that keeps checkpoints of that many epochs, and of those that pass until the
   * decision arrives, can restore them.
   *
   * @return the number of epochs; 0 for a rule that keeps the last weights
   */
  default int restoreDistance() {
    return 0;
  }

  /** {@return a new evaluation of this rule that has not read any point} */
  RuleEvaluation startEvaluation();

  /**
   * The first point after an epoch at which the rule stops, in time linear in the length of the
   * series.
   *
   * @param series the series
   * @param afterEpoch points up to this epoch are read but cannot stop the run; 0 for none
   * @return the verdict at that point; empty if there is none
   */
  default Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    RuleEvaluation evaluation = startEvaluation();
    for (SeriesPoint point : series.points()) {
      if (evaluation.advance(point) && point.epoch() > afterEpoch) {
        return Optional.of(evaluation.verdict());
      }
    }
    return Optional.empty();
  }
}
