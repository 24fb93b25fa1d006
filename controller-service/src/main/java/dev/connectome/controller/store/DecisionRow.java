package dev.connectome.controller.store;

import java.time.Instant;

/**
 * A decision as it is stored.
 *
 * @param policyId the policy
 * @param enforced whether it stops the run
 * @param decision the decision, as stored
 * @param decideTime when it was stored
 */
@SuppressWarnings("ArrayRecordComponent")
public record DecisionRow(String policyId, boolean enforced, byte[] decision, Instant decideTime) {}
