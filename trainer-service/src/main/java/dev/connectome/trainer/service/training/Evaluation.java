package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How well a network does on a split, in inference mode.
 *
 * @param loss mean cross entropy
 * @param accuracy part of the images whose class it finds, 0 to 1
 */
record Evaluation(double loss, double accuracy) {

  static Evaluation of(Block network, ImageBatches images, Inference inference) {
    return unless(() -> false, network, images, inference).orElseThrow();
  }

  /** The same, given up as soon as there is no time for it; then empty. */
  static Optional<Evaluation> unless(
      BooleanSupplier late, Block network, ImageBatches images, Inference inference) {
    if (late.getAsBoolean()) {
      return Optional.empty();
    }
    Sums sums = new Sums();
    inference.over(
        images,
        network,
        (first, logits, labels) -> {
          int count = (int) labels.size();
          sums.loss +=
              (double) sums.crossEntropy.evaluate(new NDList(labels), new NDList(logits)).getFloat()
                  * count;
          sums.right += logits.argMax(1).eq(labels).sum().getLong();
          sums.seen += count;
          return !late.getAsBoolean();
        });
    return sums.seen < images.count()
        ? Optional.empty()
        : Optional.of(new Evaluation(sums.loss / sums.seen, (double) sums.right / sums.seen));
  }

  private static final class Sums {
    private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
    private double loss;
    private long right;
    private int seen;
  }
}
