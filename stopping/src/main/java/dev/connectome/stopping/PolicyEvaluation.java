package dev.connectome.stopping;

import java.util.Optional;

/**
 * One pass of a policy over one run: a fold that reads what is known of each epoch once, in order
 * of epochs, in amortised constant time. Mutable; for one thread at a time.
 *
 * <p>If an epoch behind the newest one is added or replaced, as when a new attempt repeats epochs,
 * begin a new evaluation.
 */
public interface PolicyEvaluation {

  /**
   * Reads the next epoch. A policy whose condition persists stops at every further epoch.
   *
   * @param observation what is known of an epoch later than all before
   * @return whether the policy stops the run at this epoch
   * @throws IllegalArgumentException if a rule read a point of this epoch or a later one before
   */
  boolean advance(EpochObservation observation);

  /**
   * {@return whether the policy's condition holds at the latest point of each series it needs; it
   * goes on holding at epochs at which those series have no point}
   */
  boolean agrees();

  /**
   * {@return what keeps the policy from stopping the run at the epoch that was read last, whatever
   * its rules say; empty if nothing does, as always without a {@link SafetyEnvelope}}
   */
  default Optional<PolicyHold> hold() {
    return Optional.empty();
  }

  /**
   * {@return the decision at the epoch that was read last}
   *
   * @throws IllegalStateException if the policy does not stop the run there
   */
  StopDecision decision();
}
