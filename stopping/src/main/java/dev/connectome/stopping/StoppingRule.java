package dev.connectome.stopping;

import java.util.Optional;

/**
 * A pure function from a series to the point at which it says stop.
 *
 * <p>Every rule reads the points in order of epochs and judges each by itself and those before it,
 * so that points added later never change an earlier verdict. Missing points neither count nor
 * reset anything.
 */
public sealed interface StoppingRule
    permits NeverRule, PatienceRule, PlateauRule, DiminishingRule, TroughRule {

  /**
   * The rule's name, as users write it.
   *
   * @return the name
   */
  String name();

  /**
   * The series that the rule reads unless told otherwise.
   *
   * @return its name
   */
  default String defaultMonitor() {
    return "deathDistance";
  }

  /**
   * The first point after an epoch at which the rule says stop.
   *
   * @param series the series
   * @param afterEpoch points at this epoch or before are read but say nothing
   * @return the verdict at that point; empty if there is none
   */
  Optional<StopVerdict> firstStop(Series series, int afterEpoch);

  /**
   * How many epochs before the last one trained the weights may lie that this rule wants kept,
   * besides the time that a decision takes to reach the trainer.
   *
   * @return the number of epochs; 0 for a rule that keeps the last weights
   */
  default int restoreDistance() {
    return 0;
  }
}
