package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.connectome.trainer.service.data.ImageBatches;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Shows a network all images of a split in inference mode, some at a time, in room that is used
 * again.
 */
final class Inference {

  private static final int BATCH = 500;

  private final NDManager manager;
  private final ByteBuffer room;

  /** Takes what a network answers. */
  interface Reader {
    /**
     * Reads the answers to some images; they are gone afterwards.
     *
     * @param first the place of the first of them in the split
     * @param logits images × classes
     * @param labels their classes
     * @return whether to go on
     */
    boolean read(int first, NDArray logits, NDArray labels);
  }

  /**
   * Makes one for images of one shape.
   *
   * @param manager what owns the arrays meanwhile
   * @param images any images of that shape
   */
  Inference(NDManager manager, ImageBatches images) {
    this.manager = manager;
    this.room = images.room(BATCH);
  }

  /** Shows them. */
  void over(ImageBatches images, Block network, Reader reader) {
    int[] order = IntStream.range(0, images.count()).toArray();
    boolean more = true;
    for (int from = 0; more && from < order.length; from += BATCH) {
      int to = Math.min(order.length, from + BATCH);
      ImageBatches.Batch batch = images.batch(order, from, to, room);
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
