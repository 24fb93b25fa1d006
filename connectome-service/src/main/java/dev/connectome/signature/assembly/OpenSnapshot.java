package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A snapshot that is waiting for batches.
 *
 * @param epoch the epoch at whose end it was taken, from 1
 * @param shape its shape, as its first batch stated it
 * @param blocks the batches received so far, in order of arrival
 * @param lastLayer the width of its last layer; empty if no batch has said so yet
 * @param metadata the capture time and metrics received so far
 * @param openedAt when the first batch arrived
 */
public record OpenSnapshot(
    int epoch,
    SnapshotShape shape,
    List<RowBlock> blocks,
    OptionalInt lastLayer,
    SnapshotMetadata metadata,
    Instant openedAt) {

  /** Copies the list. */
  public OpenSnapshot {
    blocks = List.copyOf(blocks);
  }

  /** Opens the snapshot of a batch, without adding the batch. */
  static OpenSnapshot open(ActivationBatch batch, Instant now) {
    return new OpenSnapshot(
        batch.epoch(), batch.shape(), List.of(), batch.lastLayer(), batch.metadata(), now);
  }

  boolean contains(ActivationBatch batch) {
    return shape.equals(batch.shape()) && blocks.contains(batch.block());
  }

  /** Describes how a batch that is not in the snapshot yet contradicts it; empty if it fits. */
  Optional<String> conflictWith(ActivationBatch batch) {
    if (!shape.equals(batch.shape())) {
      return Optional.of(
          "%s says %s, an earlier batch said %s".formatted(batch.block(), batch.shape(), shape));
    }
    if (lastLayer.isPresent()
        && batch.lastLayer().isPresent()
        && !lastLayer.equals(batch.lastLayer())) {
      return Optional.of(
          "%s says that the last layer has %d neurons, an earlier batch said %d"
              .formatted(batch.block(), batch.lastLayer().getAsInt(), lastLayer.getAsInt()));
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

  OpenSnapshot with(ActivationBatch batch) {
    List<RowBlock> extended = new ArrayList<>(blocks);
    extended.add(batch.block());
    return new OpenSnapshot(
        epoch,
        shape,
        extended,
        lastLayer.isPresent() ? lastLayer : batch.lastLayer(),
        metadata.completedBy(batch.metadata()),
        openedAt);
  }

  boolean isComplete() {
    return blocks.size() == shape.batches();
  }
}
