package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import dev.connectome.trainer.service.data.ImageBatches;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * How well a network does on a split, in inference mode.
 *
 * @param loss mean cross entropy
 * @param accuracy part of the images whose class it finds, 0 to 1
 */
record Evaluation(double loss, double accuracy) {

  private static final int BATCH = 500;

  static Evaluation of(Block network, ImageBatches images, NDManager manager) {
    return unless(() -> false, network, images, manager).orElseThrow();
  }

  /** The same, given up as soon as there is no time for it; then empty. */
  static Optional<Evaluation> unless(
      BooleanSupplier late, Block network, ImageBatches images, NDManager manager) {
    Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
    int[] order = IntStream.range(0, images.count()).toArray();
    double loss = 0;
    long right = 0;
    for (int from = 0; from < order.length; from += BATCH) {
      if (late.getAsBoolean()) {
        return Optional.empty();
      }
      int to = Math.min(order.length, from + BATCH);
      try (NDManager pass = manager.newSubManager()) {
        NDArray labels = images.labels(pass, order, from, to);
        NDArray logits =
            network
                .forward(
                    new ParameterStore(pass, false),
                    new NDList(images.inputs(pass, order, from, to)),
                    false)
                .singletonOrThrow();
        loss +=
            (double) crossEntropy.evaluate(new NDList(labels), new NDList(logits)).getFloat()
                * (to - from);
        right += logits.argMax(1).eq(labels).sum().getLong();
      }
    }
    return Optional.of(new Evaluation(loss / order.length, (double) right / order.length));
  }
}
