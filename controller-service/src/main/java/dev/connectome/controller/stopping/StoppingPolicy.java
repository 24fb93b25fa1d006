package dev.connectome.controller.stopping;

import java.util.Optional;

/**
 * A stopping rule and the series it reads.
 *
 * @param id names the policy within its run
 * @param monitor the name of the series
 * @param rule the rule
 */
public record StoppingPolicy(String id, String monitor, StoppingRule rule) {

  /** The series that policies read unless told otherwise. */
  public static final String DEFAULT_MONITOR = "deathDistance";

  /**
   * The first decision to stop in a history. Epochs later than that of the decision have no
   * influence on it.
   *
   * @param history what is known of the run
   * @return the decision; empty if the history gives no reason to stop
   */
  public Optional<StopDecision> decide(RunHistory history) {
    return decide(history, 0);
  }

  /**
   * The first decision to stop that is made after an epoch. The whole history is read, so that a
   * run that was resumed is judged with what happened before.
   *
   * @param history what is known of the run
   * @param afterEpoch decisions at this epoch or before are passed over
   * @return the decision; empty if the history gives no reason to stop after that epoch
   */
  public Optional<StopDecision> decide(RunHistory history, int afterEpoch) {
    return rule.firstStop(history.series(monitor), afterEpoch)
        .map(
            verdict ->
                new StopDecision(
                    id,
                    rule.name(),
                    monitor,
                    verdict.reason(),
                    monitor + " " + verdict.message(),
                    verdict.stopEpoch(),
                    verdict.restoreEpoch(),
                    verdict.evidence()));
  }
}
