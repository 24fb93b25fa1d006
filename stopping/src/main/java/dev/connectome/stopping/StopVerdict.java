package dev.connectome.stopping;

import java.util.List;
import java.util.OptionalInt;

/**
 * A rule's word that a series says stop.
 *
 * @param stopEpoch the epoch whose point triggered the rule
 * @param restoreEpoch the epoch whose weights are to be kept; empty means the last one trained
 * @param reason why, for programs
 * @param message why, for people, as the end of a sentence that begins with the name of the series
 * @param evidence the points that decided, in order of epochs
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
