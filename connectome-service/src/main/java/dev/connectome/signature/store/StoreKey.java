package dev.connectome.signature.store;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * The key of a part of a snapshot: a batch of its activations or a page of its connectome.
 *
 * @param runUid the run
 * @param attempt the attempt, from 1
 * @param epoch the epoch, from 1
 * @param part the number of the batch or page, from 0
 */
record StoreKey(UUID runUid, int attempt, int epoch, int part) {

  /** The key as stored: the parts of a snapshot lie beside each other. */
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
