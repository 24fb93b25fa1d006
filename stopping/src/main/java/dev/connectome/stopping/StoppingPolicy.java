package dev.connectome.stopping;

import java.util.Optional;
import java.util.Set;

/**
 * What decides when a run has learned enough: a rule on one series, several policies together, or
 * either within a {@link SafetyEnvelope}. Immutable.
 */
public sealed interface StoppingPolicy
    permits SeriesPolicy, CombinedPolicy, SafetyEnvelope.Guarded {

  /** {@return the policy's name, unique within its run} */
  String id();

  /**
   * How many epochs the weights that this policy wants to keep may lie behind the epoch that stops
   * the run: the largest {@link StoppingRule#restoreDistance()} of its rules.
   *
   * @return the number of epochs; 0 for a policy that keeps the last weights
   */
  int restoreDistance();

  /** {@return the names of the series that this policy reads; empty if it never stops} */
  Set<String> monitors();

  /**
   * Begins an evaluation of a run.
   *
   * @param probeEveryEpochs every how many epochs the run is probed, 1 or more; see {@link
   *     EpochObservation#value}
   * @return a new evaluation that has not read any epoch
   */
  PolicyEvaluation startEvaluation(int probeEveryEpochs);

  /**
   * The first decision to stop after an epoch, in time linear in the length of the history. The
   * epochs before count too, so a resumed run is evaluated with what happened before. Epochs after
   * the decision have no influence on it.
   *
   * @param history what is known of the run
   * @param afterEpoch epochs up to this one are read but cannot stop the run; 0 for none
   * @return the decision; empty if the history gives no reason to stop after that epoch
   */
  default Optional<StopDecision> decide(RunHistory history, int afterEpoch) {
    PolicyEvaluation evaluation = startEvaluation(history.probeEveryEpochs());
    for (EpochObservation observation : history.observations()) {
      if (evaluation.advance(observation) && observation.epoch() > afterEpoch) {
        return Optional.of(evaluation.decision());
      }
    }
    return Optional.empty();
  }

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
