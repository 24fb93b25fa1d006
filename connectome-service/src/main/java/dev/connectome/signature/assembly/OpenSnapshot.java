package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot some of whose batches have arrived.
 *
 * @param epoch the epoch at whose end it was taken, from 1
 * @param shape its shape, as its first batch stated it
 * @param blocks the batches that have arrived, in order of arrival
 * @param notes what came with them
 * @param begunAt when the first of them arrived
 */
public record OpenSnapshot(
    int epoch, SnapshotShape shape, List<RowBlock> blocks, SnapshotMetadata notes, Instant begunAt) {

  /** Copies the list. */
  public OpenSnapshot {
    blocks = List.copyOf(blocks);
  }

  /**
   * Begins the snapshot of a batch, with no batch in it yet.
   *
   * @param batch the first batch to arrive
   * @param now the time
   * @return the empty snapshot
   */
  static OpenSnapshot begin(ActivationBatch batch, Instant now) {
    return new OpenSnapshot(batch.epoch(), batch.shape(), List.of(), batch.notes(), now);
  }

  /**
   * Tells whether this very batch has arrived before.
   *
   * @param batch a batch of this epoch
   * @return whether a batch with the same shape and place is here
   */
  boolean contains(ActivationBatch batch) {
    return shape.equals(batch.shape()) && blocks.contains(batch.block());
  }

  /**
   * Says how a further batch contradicts those that are here.
   *
   * @param batch a batch of this epoch that is not here yet
   * @return the contradiction, for people; empty if it fits
   */
  Optional<String> conflictWith(ActivationBatch batch) {
    if (!shape.equals(batch.shape())) {
      return Optional.of(
          "%s says %s, an earlier batch said %s".formatted(batch.block(), batch.shape(), shape));
    }
    long rows = batch.block().sampleCount();
    for (RowBlock block : blocks) {
      if (block.index() == batch.block().index() || block.overlaps(batch.block())) {
        return Optional.of("%s contradicts %s".formatted(batch.block(), block));
      }
      rows += block.sampleCount();
    }
    if (blocks.size() + 1 == shape.batches() && rows != shape.samples()) {
      return Optional.of(
          "its %d batches hold %d of %d rows".formatted(shape.batches(), rows, shape.samples()));
    }
    return Optional.empty();
  }

  /**
   * Adds a batch that fits.
   *
   * @param batch the batch
   * @return the snapshot with it
   */
  OpenSnapshot with(ActivationBatch batch) {
    List<RowBlock> extended = new ArrayList<>(blocks);
    extended.add(batch.block());
    return new OpenSnapshot(epoch, shape, extended, notes.orElse(batch.notes()), begunAt);
  }

  /**
   * Tells whether every batch is here.
   *
   * @return whether it is complete
   */
  boolean isComplete() {
    return blocks.size() == shape.batches();
  }
}
