package dev.connectome.signature.assembly;

import java.time.Duration;
import java.time.Instant;

/**
 * How long the state of an attempt is kept after its last record. After a start it is kept at least
 * until the records of the outage before have been read.
 *
 * @param silent how long the batches of open snapshots are kept
 * @param recorded how long the connectomes are kept, with which the next snapshot is compared, and
 *     how long it is known which epochs have their record; a duplicate that arrives later is taken
 *     for a new batch
 * @param checkInterval how often both are checked
 */
public record Retention(Duration silent, Duration recorded, Duration checkInterval) {

  /** Enough to read what was published in this time. */
  private static final Duration CATCH_UP = Duration.ofHours(1);

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
   * @param watched when its records began to be read, or the last time that a backlog was being
   *     read: what was published during an outage comes after it
   */
  public boolean isSilent(AttemptState state, Instant watched, Instant now) {
    return !state.open().isEmpty() && isOver(silent, state, watched, now);
  }

  /** Whether a record that is read now was published so early that others have been waiting. */
  public static boolean isBacklog(Instant published, Instant now) {
    return published.plus(CATCH_UP).isBefore(now);
  }

  /** Whether the attempt has no open snapshots and everything known of it can be deleted. */
  public boolean canBeDeleted(AttemptState state, Instant watched, Instant now) {
    return state.open().isEmpty() && isOver(recorded, state, watched, now);
  }

  /** Restarts delay it by no more than the time to catch up, however many there are. */
  private static boolean isOver(Duration kept, AttemptState state, Instant watched, Instant now) {
    Duration catchUp = kept.compareTo(CATCH_UP) < 0 ? kept : CATCH_UP;
    return !now.isBefore(state.lastSeen().plus(kept)) && !now.isBefore(watched.plus(catchUp));
  }
}
