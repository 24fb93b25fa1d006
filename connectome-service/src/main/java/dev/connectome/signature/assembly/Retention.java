package dev.connectome.signature.assembly;

import java.time.Duration;
import java.time.Instant;

/**
 * How long the state of an attempt is kept after its last record. Time in which nobody could have
 * seen a record is not counted.
 *
 * @param silent how long the batches of open snapshots are kept
 * @param recorded how long the connectomes are kept, with which the next snapshot is compared, and
 *     how long it is known which epochs have their record; a duplicate that arrives later is taken
 *     for a new batch
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

  /**
   * Whether the attempt has open snapshots and has been silent for too long.
   *
   * @param watched since when its records have been read; those of an outage before come after it
   */
  public boolean isSilent(AttemptState state, Instant watched, Instant now) {
    return !state.open().isEmpty() && !now.isBefore(last(state, watched).plus(silent));
  }

  /** Whether the attempt has no open snapshots and everything known of it can be deleted. */
  public boolean canBeDeleted(AttemptState state, Instant watched, Instant now) {
    return state.open().isEmpty() && !now.isBefore(last(state, watched).plus(recorded));
  }

  private static Instant last(AttemptState state, Instant watched) {
    return state.lastSeen().isAfter(watched) ? state.lastSeen() : watched;
  }
}
