package dev.connectome.controller.store;

import java.time.Instant;

/**
 * A decision as it is stored.
 *
 * @param policyId the policy
 * @param enforced whether it stops the run
 * @param decision the decision, as stored
 * @param decideTime when it was stored
 * @param revoked whether the run was resumed after it
 */
@SuppressWarnings("ArrayRecordComponent")
public record DecisionRow(
    String policyId, boolean enforced, byte[] decision, Instant decideTime, boolean revoked) {

  /**
   * Whether it stops the run.
   *
   * @return whether it is enforced and has not been taken back
   */
  public boolean stands() {
    return enforced && !revoked;
  }
}
