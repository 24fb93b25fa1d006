package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a trainer sends with a snapshot besides its activations; copied to the signature record
 * unchanged.
 *
 * @param capturedAt when the forward pass over the probe set ended, by the trainer's clock; null if
 *     not given
 * @param metrics metrics of the epoch by name; any value is allowed, NaN too
 */
public record SnapshotMetadata(@Nullable Instant capturedAt, Map<String, Double> metrics) {

  /** Neither time nor metrics. */
  public static final SnapshotMetadata NONE = new SnapshotMetadata(null, Map.of());

  /** Copies the metrics. */
  public SnapshotMetadata {
    metrics = Map.copyOf(metrics);
  }

  /** Fills in what is missing here from another batch of the same snapshot. */
  public SnapshotMetadata completedBy(SnapshotMetadata other) {
    return new SnapshotMetadata(
        capturedAt != null ? capturedAt : other.capturedAt,
        metrics.isEmpty() ? other.metrics : metrics);
  }
}
