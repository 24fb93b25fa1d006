package dev.connectome.controller.stopping;

import java.util.List;
import java.util.OptionalInt;

/**
 * That a policy, or a person, says stop.
 *
 * @param policyId the policy
 * @param rule the name of its rule
 * @param monitor the series it read
 * @param reason why, for programs
 * @param message why, for people, with the values that decided
 * @param stopEpoch the epoch whose point triggered the rule
 * @param restoreEpoch the epoch whose weights are to be kept; empty means the last one trained
 * @param evidence the points that decided, in order of epochs
 */
public record StopDecision(
    String policyId,
    String rule,
    String monitor,
    DecisionReason reason,
    String message,
    int stopEpoch,
    OptionalInt restoreEpoch,
    List<SeriesPoint> evidence) {

  /** Copies the evidence. */
  public StopDecision {
    evidence = List.copyOf(evidence);
  }
}
