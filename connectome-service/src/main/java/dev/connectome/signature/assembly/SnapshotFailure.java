package dev.connectome.signature.assembly;

/** A snapshot that was closed without a signature; {@code message} explains the reason. */
public record SnapshotFailure(
    int attempt, int epoch, FailureReason reason, String message, SnapshotMetadata metadata) {}
