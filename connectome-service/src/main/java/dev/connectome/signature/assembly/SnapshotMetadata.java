package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a trainer says about a snapshot besides its activations; passed through to the record as it
 * came.
 *
 * @param capturedAt when the forward pass over the probe set ended, by the trainer's clock; null if
 *     it was not said
 * @param metrics what was measured in the epoch, by name; any value is allowed, NaN too
 */
public record SnapshotMetadata(@Nullable Instant capturedAt, Map<String, Double> metrics) {

  /** Nothing said. */
  public static final SnapshotMetadata NONE = new SnapshotMetadata(null, Map.of());

  /** Copies the metrics. */
  public SnapshotMetadata {
    metrics = Map.copyOf(metrics);
  }

  /**
   * Fills in what these notes lack.
   *
   * @param other notes from another batch of the same snapshot
   * @return these notes, with the other's time if these have none and the other's metrics if these
   *     have none
   */
  public SnapshotMetadata orElse(SnapshotMetadata other) {
    return new SnapshotMetadata(
        capturedAt != null ? capturedAt : other.capturedAt,
        metrics.isEmpty() ? other.metrics : metrics);
  }
}
