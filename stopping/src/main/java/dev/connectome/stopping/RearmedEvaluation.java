package dev.connectome.stopping;

import java.util.Optional;

/**
 * One pass of a policy whose decision may have been consumed: recorded while nothing was enforced,
 * or taken back by a person. A condition that goes on holding is the same decision and does not
 * stop the run again. The policy stops it again once it is armed, which it is
 *
 * <ul>
 *   <li>from an epoch behind the consumed decision at which its condition does not hold, and
 *   <li>from the epoch that a person has named.
 * </ul>
 *
 * <p>A fold like {@link PolicyEvaluation}. Mutable; for one thread at a time.
 */
public final class RearmedEvaluation {

  private final PolicyEvaluation evaluation;
  private int consumedEpoch;
  private int rearmEpoch;
  private boolean armed;

  /**
   * Begins with an evaluation that has not read any epoch.
   *
   * @param evaluation the policy's evaluation, which this one advances
   * @param consumedEpoch the last epoch that the consumed decision covers; 0 for none
   * @param rearmEpoch the epoch from which the policy is armed again whatever its condition; 0 for
   *     none
   */
  public RearmedEvaluation(PolicyEvaluation evaluation, int consumedEpoch, int rearmEpoch) {
    this.evaluation = evaluation;
    consume(consumedEpoch, rearmEpoch);
  }

  /**
   * Consumes the policy's decision.
   *
   * @param epoch the last epoch that the decision covers; 0 for no decision
   * @param rearm the epoch from which the policy is armed again whatever its condition; 0 for none
   */
  public void consume(int epoch, int rearm) {
    consumedEpoch = epoch;
    rearmEpoch = rearm;
    armed = epoch == 0;
  }

  /**
   * Reads the next epoch.
   *
   * @param observation what is known of an epoch later than all before
   * @return whether the policy stops the run at this epoch with a decision that is not consumed
   */
  public boolean advance(EpochObservation observation) {
    boolean stops = evaluation.advance(observation);
    if (observation.epoch() > consumedEpoch) {
      armed |= !evaluation.agrees() || (rearmEpoch > 0 && observation.epoch() >= rearmEpoch);
    }
    return armed && stops;
  }

  /** {@return what keeps the policy from stopping the run, as {@link PolicyEvaluation#hold()}} */
  public Optional<PolicyHold> hold() {
    return evaluation.hold();
  }

  /**
   * {@return the decision at the epoch that was read last}
   *
   * @throws IllegalStateException if the policy does not stop the run there
   */
  public StopDecision decision() {
    return evaluation.decision();
  }
}
