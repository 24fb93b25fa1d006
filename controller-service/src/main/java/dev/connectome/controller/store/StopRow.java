package dev.connectome.controller.store;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the table of stop commands.
 *
 * @param mode GRACEFUL, IMMEDIATE or END_OF_EPOCH
 * @param restoreEpoch the epoch whose weights the trainer keeps
 * @param deadline when the trainer is terminated by force
 * @param phase PENDING, ACKNOWLEDGED, ESCALATED, DONE or MOOT
 * @param lastError the error of the latest failed push
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

  /** The deadline has passed and the trainer is being terminated by force. */
  public static final String ESCALATED = "ESCALATED";
}
