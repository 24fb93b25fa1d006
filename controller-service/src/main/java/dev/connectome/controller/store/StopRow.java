package dev.connectome.controller.store;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A stop command as it is stored.
 *
 * @param commandId the command
 * @param runUid the run
 * @param attempt the attempt meant
 * @param mode GRACEFUL, IMMEDIATE or END_OF_EPOCH
 * @param reason why, for people
 * @param restoreEpoch the epoch whose weights to keep
 * @param deadline when the trainer must be gone
 * @param phase PENDING, ACKNOWLEDGED, ESCALATED, DONE or MOOT
 * @param pushAttempts pushes tried
 * @param lastError what the last push failed with
 * @param acknowledgeTime when the trainer acknowledged it
 * @param finishTime when it was done or moot
 */
public record StopRow(
    UUID commandId,
    UUID runUid,
    int attempt,
    String mode,
    String reason,
    Optional<Integer> restoreEpoch,
    Instant deadline,
    String phase,
    int pushAttempts,
    String lastError,
    Optional<Instant> acknowledgeTime,
    Optional<Instant> finishTime) {

  /** Phase: the deadline has passed and the trainer is being ended by force. */
  public static final String ESCALATED = "ESCALATED";
}
