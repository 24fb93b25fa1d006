package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The decision of a policy, or of a person, to stop a run.
 *
 * @param policyId the policy
 * @param rule the name of its rule
 * @param monitor the series it read; for a combined policy that of the member that decided
 * @param reason why, for programs
 * @param message why, for people, with the values that decided
 * @param stopEpoch the epoch at which the policy stops the run
 * @param restoreEpoch the epoch whose weights to keep; empty for the last one trained
 * @param evidence the points that show why, in order of epochs
 * @param members for a combined policy the decisions of its members, in their order; else empty
 * @param policy the policy with the settings it had; empty for a person's decision
 */
public record StopDecision(
    String policyId,
    String rule,
    String monitor,
    DecisionReason reason,
    String message,
    int stopEpoch,
    OptionalInt restoreEpoch,
    List<SeriesPoint> evidence,
    List<StopDecision> members,
    Optional<StoppingPolicy> policy) {

  /** Copies the lists. */
  public StopDecision {
    evidence = List.copyOf(evidence);
    members = List.copyOf(members);
  }

  /** {@return the epoch whose weights a run keeps that ends at its stop epoch} */
  public int keptEpoch() {
    return restoreEpoch.orElse(stopEpoch);
  }
}
