package dev.connectome.signature.codec;

/**
 * What an activation record may ask for.
 *
 * @param maxNeurons columns of a snapshot
 * @param maxSnapshotSamples rows of a snapshot
 * @param maxSnapshotBytes bytes of a snapshot's values
 * @param maxBatches batches of a snapshot
 * @param maxEpoch the highest epoch
 * @param maxMetrics metrics in a batch
 */
public record RecordLimits(
    int maxNeurons,
    int maxSnapshotSamples,
    long maxSnapshotBytes,
    int maxBatches,
    int maxEpoch,
    int maxMetrics) {

  /** The most bytes of values that one batch may have, by the contract: 900 KiB. */
  public static final int MAX_BATCH_BYTES = 900 * 1024;

  /** The most characters of a metric's or a layer's name. */
  public static final int MAX_NAME_LENGTH = 256;

  /**
   * Checks that every limit lets something through.
   *
   * @throws IllegalArgumentException if a limit is too small
   */
  public RecordLimits {
    if (maxNeurons < 2
        || maxSnapshotSamples < 1
        || maxSnapshotBytes < 1
        || maxBatches < 1
        || maxEpoch < 1
        || maxMetrics < 0) {
      throw new IllegalArgumentException(
          "limits must be at least 2 neurons, 1 sample, 1 byte, 1 batch, 1 epoch, 0 metrics; not "
              + maxNeurons
              + ", "
              + maxSnapshotSamples
              + ", "
              + maxSnapshotBytes
              + ", "
              + maxBatches
              + ", "
              + maxEpoch
              + ", "
              + maxMetrics);
    }
  }
}
