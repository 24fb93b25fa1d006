package dev.connectome.signature.settings;

import dev.connectome.signature.codec.RecordLimits;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Limits. A record that exceeds one becomes a dead letter. */
public interface LimitSettings {

  /** Most neurons of a snapshot (P). */
  @WithDefault("16384")
  int maxNeurons();

  /** Most inputs of a snapshot (N). */
  @WithDefault("100000")
  int maxSnapshotSamples();

  /** Most bytes of a snapshot's activations. */
  @WithDefault("268435456")
  long maxSnapshotBytes();

  /** Most batches of a snapshot. */
  @WithDefault("1024")
  int maxBatches();

  /** Highest epoch. */
  @WithDefault("100000")
  int maxEpoch();

  /** Most metrics in a batch; the controller reads no more than 64. */
  @WithDefault("64")
  int maxMetrics();

  /** Heap for one snapshot, in bytes. Default: computed from the heap of the process. */
  Optional<Long> snapshotHeapBytes();

  /**
   * Memory outside the heap for one snapshot, in bytes. Default: computed from the memory of the
   * machine or container.
   */
  Optional<Long> snapshotNativeBytes();

  default RecordLimits toRecordLimits() {
    return new RecordLimits(
        maxNeurons(),
        maxSnapshotSamples(),
        maxSnapshotBytes(),
        maxBatches(),
        maxEpoch(),
        maxMetrics());
  }
}
