package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Counts the images that a network classifies otherwise than when it was last asked. The network is
 * asked in inference mode; a count needs two epochs trained in one process.
 */
final class PredictionChanges {

  private static final int BATCH = 500;

  private final ImageBatches images;
  private final NDManager manager;
  private long[] before = {};

  PredictionChanges(ImageBatches images, NDManager manager) {
    this.images = images;
    this.manager = manager;
  }

  /** How many classes changed; empty the first time. */
  OptionalInt count(Block network) {
    long[] now = predictions(network);
    OptionalInt changed =
        before.length == 0
            ? OptionalInt.empty()
            : OptionalInt.of(
                (int) IntStream.range(0, now.length).filter(i -> now[i] != before[i]).count());
    before = now;
    return changed;
  }

  private long[] predictions(Block network) {
    int[] order = IntStream.range(0, images.count()).toArray();
    var classes = new long[order.length];
    for (int from = 0; from < order.length; from += BATCH) {
      int to = Math.min(order.length, from + BATCH);
      try (NDManager pass = manager.newSubManager()) {
        long[] found =
            network
                .forward(
                    new ParameterStore(pass, false),
                    new NDList(images.inputs(pass, order, from, to)),
                    false)
                .singletonOrThrow()
                .argMax(1)
                .toLongArray();
        System.arraycopy(found, 0, classes, from, found.length);
      }
    }
    return classes;
  }
}
