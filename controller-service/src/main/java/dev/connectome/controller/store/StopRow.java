package dev.connectome.controller.store;

import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.run.StopPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the table of stop commands.
 *
 * @param restoreEpoch the epoch whose weights the trainer keeps
 * @param deadline when the trainer is terminated, as far as can be said when the row is read
 * @param timeLeft until then; zero if it has passed
 * @param lastError the error of the latest failed push
 * @param deliverTime when the trainer was first given the command in its mode
 */
public record StopRow(
    UUID commandId,
    UUID runUid,
    int attempt,
    StopMode mode,
    String reason,
    Optional<Integer> restoreEpoch,
    Instant deadline,
    Duration timeLeft,
    StopPhase phase,
    int pushAttempts,
    String lastError,
    Optional<Instant> deliverTime,
    Optional<Instant> acknowledgeTime,
    Optional<Instant> finishTime) {}
