package dev.connectome.signature.store;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.RowBlock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * The rows of a batch as they are stored: the activations, and after them, if there are any, the
 * predicted classes as little-endian int32.
 *
 * @param values the activations, as in {@link ActivationBatch}
 * @param classes one for each row, or none
 */
record StoredBatch(ByteBuffer values, IntBuffer classes) {

  static StoredBatch of(ActivationBatch batch) {
    return new StoredBatch(
        batch.values().duplicate(),
        IntBuffer.wrap(batch.predictedClasses().stream().mapToInt(Integer::intValue).toArray()));
  }

  /** Reads the bytes of a block of rows of so many neurons. */
  static StoredBatch of(byte[] bytes, RowBlock block, int neurons) {
    int values = block.sampleCount() * neurons * Float.BYTES;
    return new StoredBatch(
        ByteBuffer.wrap(bytes, 0, values),
        ByteBuffer.wrap(bytes, values, bytes.length - values)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asIntBuffer());
  }

  byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.remaining() + classes.remaining() * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(values.duplicate());
    bytes.asIntBuffer().put(classes.duplicate());
    return bytes.array();
  }
}
