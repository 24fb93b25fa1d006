package dev.connectome.stopping;

import java.util.List;
import java.util.OptionalInt;

/**
 * The result of a rule that stops at a point of its series.
 *
 * @param stopEpoch the epoch of that point
 * @param restoreEpoch the epoch whose weights to keep; empty for the last one trained
 * @param reason why, for programs
 * @param message why, for people: a predicate whose subject is the name of the series
 * @param evidence the points that show why, in order of epochs; at most the latest {@value
 *     RuleEvaluation#MAX_EVIDENCE}
 */
public record StopVerdict(
    int stopEpoch,
    OptionalInt restoreEpoch,
    DecisionReason reason,
    String message,
    List<SeriesPoint> evidence) {

  /** Copies the evidence. */
  public StopVerdict {
    evidence = List.copyOf(evidence);
  }
}
