package dev.connectome.signature.store;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.topology.ActivationMatrix;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Stores the activations of batches whose snapshots are not complete yet. */
public final class BatchStore {

  private final KeyValueStore<Bytes, byte[]> batches;

  BatchStore(KeyValueStore<Bytes, byte[]> batches) {
    this.batches = batches;
  }

  public void put(ActivationBatch batch) {
    byte[] values = new byte[batch.values().remaining()];
    batch.values().duplicate().get(values);
    batches.put(key(batch, batch.block()), values);
  }

  /**
   * Fills a matrix of the snapshot's shape. All batches but {@code last}, which completes the
   * snapshot, must be stored.
   *
   * @throws IllegalStateException if a batch is missing
   */
  public void read(OpenSnapshot snapshot, ActivationBatch last, ActivationMatrix matrix) {
    for (RowBlock block : snapshot.blocks()) {
      ByteBuffer values = block.index() == last.block().index() ? last.values() : get(last, block);
      matrix.putRows(block.firstSample(), block.sampleCount(), values);
    }
  }

  void delete(UUID runUid, int attempt, OpenSnapshot snapshot) {
    for (RowBlock block : snapshot.blocks()) {
      batches.delete(new StoreKey(runUid, attempt, snapshot.epoch(), block.index()).toBytes());
    }
  }

  private ByteBuffer get(ActivationBatch sibling, RowBlock block) {
    byte[] values = batches.get(key(sibling, block));
    if (values == null) {
      throw new IllegalStateException(
          "%s of run %s, attempt %d, epoch %d is missing from its store"
              .formatted(block, sibling.runUid(), sibling.attempt(), sibling.epoch()));
    }
    return ByteBuffer.wrap(values);
  }

  private static Bytes key(ActivationBatch batch, RowBlock block) {
    return new StoreKey(batch.runUid(), batch.attempt(), batch.epoch(), block.index()).toBytes();
  }
}
