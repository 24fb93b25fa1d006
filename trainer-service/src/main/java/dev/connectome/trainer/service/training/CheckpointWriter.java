package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints beside the training. One may be under way while the next is made; the training
 * waits only for the one before it, and at most {@value #LONGEST_WAIT_SECONDS} s. The disk is
 * waited for at the end and every 30 s, not at every checkpoint.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final Duration SYNC_INTERVAL = Duration.ofSeconds(30);
  private static final long LONGEST_WAIT_SECONDS = 120;

  private final CheckpointStore store;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "checkpoints");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<Path> underWay;
  private long lastSync = System.nanoTime();

  CheckpointWriter(CheckpointStore store) {
    this.store = store;
  }

  /**
   * Writes a checkpoint.
   *
   * @throws IOException if the one before could not be written
   */
  void write(Checkpoint checkpoint) throws IOException, InterruptedException {
    await();
    boolean sync = System.nanoTime() - lastSync >= SYNC_INTERVAL.toNanos();
    lastSync = sync ? System.nanoTime() : lastSync;
    underWay = executor.submit(() -> store.write(checkpoint, sync));
  }

  /**
   * Writes a checkpoint and waits until the disk has it.
   *
   * @return its folder
   * @throws IOException if it could not be written; that the one before could not is no reason not
   *     to try
   */
  Path writeDurably(Checkpoint checkpoint) throws IOException, InterruptedException {
    underWay = executor.submit(() -> store.write(checkpoint, true));
    return await();
  }

  private Path await() throws IOException, InterruptedException {
    Future<Path> waited = underWay;
    underWay = null;
    try {
      return waited == null ? Path.of("") : waited.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "a checkpoint has been under way for %d s: the disk under %s does not answer"
              .formatted(LONGEST_WAIT_SECONDS, store.directory()),
          e);
    }
  }

  /** Waits for what is under way, for no longer than the training would. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
