package dev.connectome.signature.assembly;

/**
 * A snapshot that gets a record without a signature.
 *
 * @param attempt its attempt, from 1
 * @param epoch its epoch, from 1
 * @param reason the reason, for programs
 * @param message the same for people, with the values that matter
 * @param notes what came with its batches
 */
public record SnapshotFailure(
    int attempt, int epoch, FailureReason reason, String message, SnapshotMetadata notes) {}
