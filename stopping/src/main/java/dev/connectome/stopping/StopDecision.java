package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * That a policy, or a person, says stop.
 *
 * @param policyId the policy
 * @param rule the name of its rule
 * @param monitor the series it read; for a policy made of others, that of the one that decided
 * @param reason why, for programs
 * @param message why, for people, with the values that decided
 * @param stopEpoch the epoch whose point triggered the rule
 * @param restoreEpoch the epoch whose weights are to be kept; empty means the last one trained
 * @param evidence the points that decided, in order of epochs
 * @param members for a policy made of others, what those have said, in their order
 * @param policy the policy with the settings that it had; empty for a person's decision
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
}
