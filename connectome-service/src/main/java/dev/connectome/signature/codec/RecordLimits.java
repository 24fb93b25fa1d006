package dev.connectome.signature.codec;

/** The largest values that an activation record may have. */
public record RecordLimits(
    int maxNeurons,
    int maxSnapshotSamples,
    long maxSnapshotBytes,
    int maxBatches,
    int maxEpoch,
    int maxMetrics) {

  /** Most bytes of values and classes in one batch, fixed by the contract: 900 KiB. */
  public static final int MAX_BATCH_BYTES = 900 * 1024;

  /** Most bytes of a record, with fields that this version does not know: what the topic takes. */
  public static final int MAX_RECORD_BYTES = 1_047_552;

  /** Most characters in the name of a metric or layer. */
  public static final int MAX_NAME_LENGTH = 256;

  /**
   * Checks that every limit admits something.
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
          "limits must be at least 2 neurons, 1 sample, 1 byte, 1 batch, 1 epoch, 0 metrics; not %d, %d, %d, %d, %d, %d"
              .formatted(
                  maxNeurons,
                  maxSnapshotSamples,
                  maxSnapshotBytes,
                  maxBatches,
                  maxEpoch,
                  maxMetrics));
    }
  }
}
