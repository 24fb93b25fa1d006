package dev.connectome.signature.assembly;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * A block of rows of one activation snapshot.
 *
 * @param runUid the run
 * @param attempt the attempt, from 1
 * @param epoch the epoch at whose end the snapshot was taken, from 1
 * @param shape the shape of the whole snapshot, as this batch states it
 * @param block the rows this batch holds
 * @param values {@code block.sampleCount() * shape.neurons()} little-endian float32 values, row by
 *     row, between the buffer's position and limit; may be NaN or infinite
 * @param predictedClasses the predicted class of each of those rows, as numbers from 0; none if the
 *     trainer does not publish them
 * @param lastLayer how many of the snapshot's columns, the last ones, are the last layer's; empty
 *     if the batch does not say
 * @param metadata the capture time and metrics sent with the batch
 */
public record ActivationBatch(
    UUID runUid,
    int attempt,
    int epoch,
    SnapshotShape shape,
    RowBlock block,
    ByteBuffer values,
    List<Integer> predictedClasses,
    OptionalInt lastLayer,
    SnapshotMetadata metadata)
    implements ActivationMessage {

  /**
   * Takes a read-only view of the values.
   *
   * @throws IllegalArgumentException if {@code values} or {@code predictedClasses} do not belong to
   *     the rows of {@code block}
   */
  public ActivationBatch {
    long bytes = (long) block.sampleCount() * shape.neurons() * Float.BYTES;
    if (values.remaining() != bytes) {
      throw new IllegalArgumentException(
          "values must be " + bytes + " bytes, not " + values.remaining());
    }
    if (!predictedClasses.isEmpty() && predictedClasses.size() != block.sampleCount()) {
      throw new IllegalArgumentException(
          "predictedClasses must be %d or none, not %d"
              .formatted(block.sampleCount(), predictedClasses.size()));
    }
    values = values.asReadOnlyBuffer();
  }
}
