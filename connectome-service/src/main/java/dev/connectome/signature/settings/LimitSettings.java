package dev.connectome.signature.settings;

import dev.connectome.signature.codec.RecordLimits;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Limits of a record; one that exceeds them becomes a dead letter. */
public interface LimitSettings {

  /** Neurons of a snapshot (P). */
  @WithDefault("16384")
  int maxNeurons();

  /** Samples of a snapshot (N). */
  @WithDefault("100000")
  int maxSnapshotSamples();

  /** Bytes of a snapshot's activations. */
  @WithDefault("268435456")
  long maxSnapshotBytes();

  /** Batches of a snapshot. */
  @WithDefault("1024")
  int maxBatches();

  /** The highest epoch. */
  @WithDefault("100000")
  int maxEpoch();

  /** Metrics in a batch; the controller reads no more than 64. */
  @WithDefault("64")
  int maxMetrics();

  /** Heap for one snapshot; computed from the heap of the process unless set. */
  Optional<Long> snapshotHeapBytes();

  /** Memory outside the heap for one snapshot; computed from the process unless set. */
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
