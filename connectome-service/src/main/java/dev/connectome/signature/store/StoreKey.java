package dev.connectome.signature.store;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * The key of a part of a snapshot: a batch of its activations or a page of its connectome, {@code
 * part} being its number, from 0; or the neighbours of its inputs.
 */
record StoreKey(UUID runUid, int attempt, int epoch, int part) {

  /** Sorted by these bytes, the parts of a snapshot are adjacent. */
  Bytes toBytes() {
    return Bytes.wrap(
        ByteBuffer.allocate(2 * Long.BYTES + 3 * Integer.BYTES)
            .putLong(runUid.getMostSignificantBits())
            .putLong(runUid.getLeastSignificantBits())
            .putInt(attempt)
            .putInt(epoch)
            .putInt(part)
            .array());
  }
}
