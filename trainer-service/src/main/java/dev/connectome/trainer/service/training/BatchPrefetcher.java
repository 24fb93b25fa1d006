package dev.connectome.trainer.service.training;

import dev.connectome.trainer.service.data.Augmentation;
import dev.connectome.trainer.service.data.ImageBatches;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Gathers the next mini-batches of an epoch on a thread of its own, into buffers that are reused.
 * The thread does not touch the engine and keeps the order of the epoch, so that the training
 * computes the same as without it.
 */
final class BatchPrefetcher implements AutoCloseable {

  private static final int PREFETCHED = 3;

  private final ImageBatches images;
  private final Augmentation augmentation;
  private final int size;
  private final List<ByteBuffer> buffers;
  private final Queue<Future<ImageBatches.Batch>> pending = new ArrayDeque<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            var worker = new Thread(work, "batches");
            worker.setDaemon(true);
            return worker;
          });
  private int[] order = {};
  private IntFunction<Random> randoms = batch -> new Random(batch);
  private int position;

  /**
   * Makes a prefetcher. Call {@link #startEpoch} before {@link #next}.
   *
   * @param augmentation changes the images
   * @param size images per mini-batch
   */
  BatchPrefetcher(ImageBatches images, Augmentation augmentation, int size) {
    this.images = images;
    this.augmentation = augmentation;
    this.size = Math.min(size, images.count());
    // One more for the mini-batch that the training uses.
    this.buffers = Stream.generate(() -> images.allocate(this.size)).limit(PREFETCHED + 1).toList();
  }

  /**
   * Starts an epoch.
   *
   * @param epochOrder the images in the order of the epoch; must not be changed afterwards
   * @param firstBatch the first mini-batch, from 0
   * @param epochRandoms the random numbers by which a mini-batch of the epoch, from 0, is changed
   */
  void startEpoch(int[] epochOrder, int firstBatch, IntFunction<Random> epochRandoms) {
    // The single thread finishes what it still gathers for the epoch before, then the new one.
    pending.clear();
    order = epochOrder;
    randoms = epochRandoms;
    position = Math.min(firstBatch * size, epochOrder.length);
    prefetch();
  }

  private void prefetch() {
    while (pending.size() <= PREFETCHED && position < order.length) {
      int[] places = order;
      int from = position;
      int to = Math.min(places.length, from + size);
      int batch = from / size;
      ByteBuffer buffer = buffers.get(batch % buffers.size());
      Random random = randoms.apply(batch);
      pending.add(
          thread.submit(() -> images.batch(places, from, to, buffer, augmentation, random)));
      position = to;
    }
  }

  /**
   * Returns the next mini-batch; the last one may be smaller. It is valid until the next call or
   * the next epoch.
   *
   * @throws java.util.NoSuchElementException at the end of the epoch
   */
  ImageBatches.Batch next() throws InterruptedException {
    prefetch();
    try {
      return pending.remove().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a mini-batch could not be gathered", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
