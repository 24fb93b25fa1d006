package dev.connectome.stopping;

import java.util.Optional;
import java.util.Set;

/** What says when a run has learned enough: a rule on one series, or several policies together. */
public sealed interface StoppingPolicy permits SeriesPolicy, CombinedPolicy {

  /**
   * Names the policy within its run.
   *
   * @return the name
   */
  String id();

  /**
   * How many epochs before the last one trained the weights may lie that this policy wants kept,
   * besides the time that a decision takes to reach the trainer.
   *
   * @return the number of epochs; 0 for a policy that keeps the last weights
   */
  int restoreDistance();

  /**
   * The series that this policy reads.
   *
   * @return their names; empty for a policy that never stops
   */
  Set<String> monitors();

  /**
   * The first decision to stop that is made after an epoch. The whole history is read, so that a
   * run that was resumed is judged with what happened before. Epochs later than that of the
   * decision have no influence on it.
   *
   * @param history what is known of the run
   * @param afterEpoch decisions at this epoch or before are passed over
   * @return the decision; empty if the history gives no reason to stop after that epoch
   */
  Optional<StopDecision> decide(RunHistory history, int afterEpoch);

  /**
   * The first decision to stop in a history.
   *
   * @param history what is known of the run
   * @return the decision; empty if the history gives no reason to stop
   */
  default Optional<StopDecision> decide(RunHistory history) {
    return decide(history, 0);
  }
}
