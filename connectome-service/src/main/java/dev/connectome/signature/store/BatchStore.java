package dev.connectome.signature.store;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.PredictedClasses;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** Stores the rows of batches whose snapshots are not complete yet. */
public final class BatchStore {

  private final KeyValueStore<Bytes, byte[]> batches;

  BatchStore(KeyValueStore<Bytes, byte[]> batches) {
    this.batches = batches;
  }

  public void put(ActivationBatch batch) {
    batches.put(key(batch, batch.block()), StoredBatch.of(batch).toBytes());
  }

  /**
   * Fills a matrix of the snapshot's shape. All batches but {@code last}, which completes the
   * snapshot, must be stored.
   *
   * @return the predicted class of every row; empty unless all batches have them
   * @throws IllegalStateException if a batch is missing
   */
  public Optional<PredictedClasses> read(
      OpenSnapshot snapshot, ActivationBatch last, ActivationMatrix matrix) {
    int[] classes = new int[snapshot.shape().samples()];
    boolean allPredicted = true;
    for (RowBlock block : snapshot.blocks()) {
      StoredBatch batch =
          block.index() == last.block().index() ? StoredBatch.of(last) : get(last, block);
      matrix.putRows(block.firstSample(), block.sampleCount(), batch.values());
      allPredicted = allPredicted && batch.classes().hasRemaining();
      if (allPredicted) {
        batch.classes().get(classes, block.firstSample(), block.sampleCount());
      }
    }
    return allPredicted ? Optional.of(PredictedClasses.of(classes)) : Optional.empty();
  }

  void delete(UUID runUid, int attempt, OpenSnapshot snapshot) {
    for (RowBlock block : snapshot.blocks()) {
      batches.delete(new StoreKey(runUid, attempt, snapshot.epoch(), block.index()).toBytes());
    }
  }

  private StoredBatch get(ActivationBatch sibling, RowBlock block) {
    byte[] bytes = batches.get(key(sibling, block));
    if (bytes == null) {
      throw new IllegalStateException(
          "%s of run %s, attempt %d, epoch %d is missing from its store"
              .formatted(block, sibling.runUid(), sibling.attempt(), sibling.epoch()));
    }
    return StoredBatch.of(bytes, block, sibling.shape().neurons());
  }

  private static Bytes key(ActivationBatch batch, RowBlock block) {
    return new StoreKey(batch.runUid(), batch.attempt(), batch.epoch(), block.index()).toBytes();
  }
}
