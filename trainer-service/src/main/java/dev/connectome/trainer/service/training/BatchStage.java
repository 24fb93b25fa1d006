package dev.connectome.trainer.service.training;

import dev.connectome.trainer.service.data.ImageBatches;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gathers the mini-batches of an epoch on a thread of its own, a few ahead of the training. The
 * order is that of the epoch, and the engine is left alone, so that what is trained is the same as
 * without.
 */
final class BatchStage implements AutoCloseable {

  /** Mini-batches gathered before they are asked for, at most. */
  private static final int AHEAD = 3;

  private final ImageBatches images;
  private final int[] order;
  private final int size;
  private final Queue<Future<ImageBatches.Batch>> staged = new ArrayDeque<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            var worker = new Thread(work, "batches");
            worker.setDaemon(true);
            return worker;
          });
  private long next;

  /**
   * Begins an epoch.
   *
   * @param order the images of the epoch, in their order; not to be changed
   * @param size images in a mini-batch
   * @param first the first mini-batch, from 0
   */
  BatchStage(ImageBatches images, int[] order, int size, int first) {
    this.images = images;
    this.order = order;
    this.size = size;
    this.next = (long) first * size;
  }

  /**
   * The next mini-batch; of the last, what is left.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  ImageBatches.Batch take() throws InterruptedException {
    while (staged.size() <= AHEAD && next < order.length) {
      int from = (int) next;
      int to = (int) Math.min(order.length, next + size);
      staged.add(thread.submit(() -> images.batch(order, from, to)));
      next = to;
    }
    try {
      return staged.remove().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a mini-batch could not be gathered", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
