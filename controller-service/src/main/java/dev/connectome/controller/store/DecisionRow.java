package dev.connectome.controller.store;

import java.time.Instant;

/**
 * A row of the table of decisions.
 *
 * @param enforced whether it stopped the run, or was only recorded
 * @param decision a serialized {@code StopDecision} message
 * @param revoked whether the run was resumed afterwards
 */
@SuppressWarnings("ArrayRecordComponent")
public record DecisionRow(
    String policyId, boolean enforced, byte[] decision, Instant decideTime, boolean revoked) {

  public boolean isInForce() {
    return enforced && !revoked;
  }
}
