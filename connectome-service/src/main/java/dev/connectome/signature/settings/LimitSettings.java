package dev.connectome.signature.settings;

import dev.connectome.signature.codec.RecordLimits;
import io.smallrye.config.WithDefault;

/** What a record may ask for; one that asks for more is a dead letter. */
public interface LimitSettings {

  /**
   * Neurons of a snapshot. Its connectome takes four bytes times the square of it while it is
   * computed.
   *
   * @return the number
   */
  @WithDefault("16384")
  int maxNeurons();

  /**
   * Rows of a snapshot.
   *
   * @return the number
   */
  @WithDefault("100000")
  int maxSnapshotSamples();

  /**
   * Bytes of a snapshot's activations.
   *
   * @return the number of bytes
   */
  @WithDefault("268435456")
  long maxSnapshotBytes();

  /**
   * Batches of a snapshot.
   *
   * @return the number
   */
  @WithDefault("1024")
  int maxBatches();

  /**
   * The highest epoch.
   *
   * @return the number
   */
  @WithDefault("100000")
  int maxEpoch();

  /**
   * Metrics in a batch.
   *
   * @return the number
   */
  @WithDefault("256")
  int maxMetrics();

  /**
   * The limits as a value.
   *
   * @return the limits
   */
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
