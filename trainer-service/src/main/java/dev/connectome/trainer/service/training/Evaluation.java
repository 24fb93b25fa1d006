package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The performance of a network on a split, in inference mode.
 *
 * @param loss mean cross entropy
 * @param accuracy the share of images whose class was found, 0 to 1
 */
record Evaluation(double loss, double accuracy) {

  static Evaluation of(Block network, ImageBatches images, Inference inference) {
    return of(network, images, inference, () -> false).orElseThrow();
  }

  /** Empty if the deadline came near before the end. */
  static Optional<Evaluation> of(
      Block network, ImageBatches images, Inference inference, BooleanSupplier deadlineNear) {
    if (deadlineNear.getAsBoolean()) {
      return Optional.empty();
    }
    Sums sums = new Sums();
    inference.forEachBatch(
        images,
        network,
        (first, logits, labels) -> {
          int count = (int) labels.size();
          sums.loss +=
              (double) sums.crossEntropy.evaluate(new NDList(labels), new NDList(logits)).getFloat()
                  * count;
          sums.correct += logits.argMax(1).eq(labels).sum().getLong();
          sums.seen += count;
          return !deadlineNear.getAsBoolean();
        });
    return sums.seen < images.count()
        ? Optional.empty()
        : Optional.of(new Evaluation(sums.loss / sums.seen, (double) sums.correct / sums.seen));
  }

  private static final class Sums {
    private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
    private double loss;
    private long correct;
    private int seen;
  }
}
