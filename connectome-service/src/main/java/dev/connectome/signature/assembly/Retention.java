package dev.connectome.signature.assembly;

import java.time.Duration;
import java.time.Instant;

/**
 * How long the state of an attempt is kept after its last record.
 *
 * @param silent how long its batches and connectomes are kept
 * @param recorded how long it is known which epochs have their record, a few bytes; a duplicate
 *     that arrives later is taken for a new batch
 * @param checkInterval how often both are checked
 */
public record Retention(Duration silent, Duration recorded, Duration checkInterval) {

  /**
   * Checks the durations.
   *
   * @throws IllegalArgumentException if a duration is not positive, or {@code recorded} is shorter
   *     than {@code silent}
   */
  public Retention {
    if (silent.compareTo(Duration.ZERO) <= 0 || checkInterval.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException(
          "retention times must be positive, not " + silent + " and " + checkInterval);
    }
    if (recorded.compareTo(silent) < 0) {
      throw new IllegalArgumentException(
          "connectome.retention.recorded, "
              + recorded
              + ", must not be shorter than connectome.retention.silent, "
              + silent);
    }
  }

  /** Whether the attempt holds batches or connectomes and has been silent for too long. */
  public boolean isSilent(AttemptState state, Instant now) {
    return state.holdsData() && !now.isBefore(state.lastSeen().plus(silent));
  }

  /** Whether the attempt holds no data and everything known of it can be deleted. */
  public boolean canBeDeleted(AttemptState state, Instant now) {
    return !state.holdsData() && !now.isBefore(state.lastSeen().plus(recorded));
  }
}
