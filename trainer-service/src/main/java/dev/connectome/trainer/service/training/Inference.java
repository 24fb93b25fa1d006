package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.connectome.trainer.service.data.ImageBatches;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** Runs a network in inference mode on all images of a split, in batches through one buffer. */
final class Inference {

  private static final int BATCH = 500;

  private final NDManager manager;
  private final ByteBuffer buffer;

  /** Receives the outputs of a network. */
  interface BatchReader {
    /**
     * Reads the outputs for consecutive images. The arrays are closed afterwards.
     *
     * @param first the first image, as its position in the split
     * @param logits images × classes
     * @param labels the class of each image
     * @return whether to continue
     */
    boolean read(int first, NDArray logits, NDArray labels);
  }

  /** The images that are passed later must have the shape of these. */
  Inference(NDManager manager, ImageBatches images) {
    this.manager = manager;
    this.buffer = images.allocate(BATCH);
  }

  void forEachBatch(ImageBatches images, Block network, BatchReader reader) {
    int[] order = IntStream.range(0, images.count()).toArray();
    boolean more = true;
    for (int from = 0; more && from < order.length; from += BATCH) {
      int to = Math.min(order.length, from + BATCH);
      ImageBatches.Batch batch = images.batch(order, from, to, buffer);
      try (NDManager pass = manager.newSubManager()) {
        NDArray logits =
            network
                .forward(new ParameterStore(pass, false), new NDList(batch.inputs(pass)), false)
                .singletonOrThrow();
        more = reader.read(from, logits, batch.labels(pass));
      }
    }
  }
}
