package dev.connectome.trainer.service.training;

import dev.connectome.trainer.service.data.ImageBatches;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Gathers the mini-batches of an epoch on a thread of its own, a few ahead of the training. The
 * order is that of the epoch, and the engine is left alone, so that what is trained is the same as
 * without. No more than those are in memory, in room that is used again.
 */
final class BatchPrefetcher implements AutoCloseable {

  /** Mini-batches gathered before they are asked for, at most. */
  private static final int AHEAD = 3;

  private final ImageBatches images;
  private final int size;
  private final List<ByteBuffer> rooms;
  private final Queue<Future<ImageBatches.Batch>> staged = new ArrayDeque<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            var worker = new Thread(work, "batches");
            worker.setDaemon(true);
            return worker;
          });
  private int[] order = {};
  private int next;

  /**
   * Makes a stage on which no epoch has begun.
   *
   * @param size images in a mini-batch
   */
  BatchPrefetcher(ImageBatches images, int size) {
    this.images = images;
    this.size = Math.min(size, images.count());
    this.rooms = Stream.generate(() -> images.room(this.size)).limit(AHEAD + 1).toList();
  }

  /**
   * Begins an epoch: its first mini-batches are gathered from now on.
   *
   * @param epochOrder the images of the epoch, in their order; not to be changed
   * @param first the first mini-batch, from 0
   */
  void begin(int[] epochOrder, int first) {
    // What is still being gathered is finished before what is asked for from now on.
    staged.clear();
    order = epochOrder;
    next = Math.min(first * size, epochOrder.length);
    gatherAhead();
  }

  private void gatherAhead() {
    while (staged.size() <= AHEAD && next < order.length) {
      int[] places = order;
      int from = next;
      int to = Math.min(places.length, from + size);
      ByteBuffer room = rooms.get(from / size % rooms.size());
      staged.add(thread.submit(() -> images.batch(places, from, to, room)));
      next = to;
    }
  }

  /**
   * The next mini-batch; of the last, what is left. It is good until the next is taken or another
   * epoch begins.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  ImageBatches.Batch take() throws InterruptedException {
    gatherAhead();
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
