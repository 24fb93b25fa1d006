package dev.connectome.trainer.service.training;

import ai.djl.nn.Block;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Counts the images that a network classifies otherwise than when it was last asked. The network is
 * asked in inference mode; a count needs two epochs trained in one process.
 */
final class PredictionChanges {

  private final ImageBatches images;
  private final Inference inference;
  private long[] before = {};

  PredictionChanges(ImageBatches images, Inference inference) {
    this.images = images;
    this.inference = inference;
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
    var classes = new long[images.count()];
    inference.over(
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
