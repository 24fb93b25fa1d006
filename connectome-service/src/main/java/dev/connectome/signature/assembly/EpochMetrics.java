package dev.connectome.signature.assembly;

import java.util.UUID;

/** The metrics of an epoch that was not probed. */
public record EpochMetrics(UUID runUid, int attempt, int epoch, SnapshotMetadata metadata)
    implements ActivationMessage {}
