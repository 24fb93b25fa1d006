package dev.connectome.controller.store;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An attempt as it is stored.
 *
 * @param runUid the run
 * @param attempt its number, from 1
 * @param instanceId the trainer
 * @param endpoint where the trainer is controlled, once it has registered
 * @param processId the trainer's process on the controller's machine
 * @param processStart when that process was started
 * @param ended whether it has ended
 */
public record AttemptRow(
    UUID runUid,
    int attempt,
    String instanceId,
    Optional<String> endpoint,
    Optional<Long> processId,
    Optional<Instant> processStart,
    boolean ended) {}
