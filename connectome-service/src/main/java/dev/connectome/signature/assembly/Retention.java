package dev.connectome.signature.assembly;

import java.time.Duration;
import java.time.Instant;

/**
 * How long the state of a run is kept after its last record.
 *
 * @param silent after this time the batches and connectomes are dropped
 * @param recorded after this time it is forgotten as well which epochs have their record, so that a
 *     duplicate that comes later still would be taken for new; this bounds what ended runs cost, a
 *     few bytes each
 * @param checkInterval how often it is checked
 */
public record Retention(Duration silent, Duration recorded, Duration checkInterval) {

  /**
   * Checks the order of the times.
   *
   * @throws IllegalArgumentException if a time is not positive, or {@code recorded} is shorter than
   *     {@code silent}
   */
  public Retention {
    if (silent.compareTo(Duration.ZERO) <= 0 || checkInterval.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException(
          "retention times must be positive, not " + silent + " and " + checkInterval);
    }
    if (recorded.compareTo(silent) < 0) {
      throw new IllegalArgumentException(
          "the retention of what was recorded, "
              + recorded
              + ", must not be shorter than that of silent runs, "
              + silent);
    }
  }

  /**
   * Tells whether a run has to let go of what is large.
   *
   * @param state the run's state
   * @param now the time
   * @return whether it has been silent for too long and still holds batches or connectomes
   */
  public boolean isSilent(RunState state, Instant now) {
    return state.holdsActivations() && !now.isBefore(state.lastSeen().plus(silent));
  }

  /**
   * Tells whether nothing need be known of a run any more.
   *
   * @param state the run's state
   * @param now the time
   * @return whether it holds nothing large and has been silent for longer than anything is
   *     remembered
   */
  public boolean isForgotten(RunState state, Instant now) {
    return !state.holdsActivations() && !now.isBefore(state.lastSeen().plus(recorded));
  }
}
