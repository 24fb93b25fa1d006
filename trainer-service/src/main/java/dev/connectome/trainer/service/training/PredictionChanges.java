package dev.connectome.trainer.service.training;

import ai.djl.nn.Block;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Counts the images whose predicted class has changed since the last call. The predictions are not
 * part of a checkpoint, so there is no count in the first epoch of a process.
 */
final class PredictionChanges {

  private final ImageBatches images;
  private final Inference inference;
  private long[] previous = {};

  PredictionChanges(ImageBatches images, Inference inference) {
    this.images = images;
    this.inference = inference;
  }

  /** Empty at the first call. */
  OptionalInt count(Block network) {
    long[] current = predictions(network);
    OptionalInt changed =
        previous.length == 0
            ? OptionalInt.empty()
            : OptionalInt.of(
                (int)
                    IntStream.range(0, current.length)
                        .filter(i -> current[i] != previous[i])
                        .count());
    previous = current;
    return changed;
  }

  private long[] predictions(Block network) {
    var classes = new long[images.count()];
    inference.forEachBatch(
        images,
        network,
        (first, logits, labels) -> {
          long[] found = logits.argMax(1).toLongArray();
          System.arraycopy(found, 0, classes, first, found.length);
          return true;
        });
    return classes;
  }
}
