package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints beside the training. One may be under way while the next is made; the training
 * waits only for the one before it. The disk is waited for at the end and every 30 s, not at every
 * checkpoint.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final Duration SYNC_INTERVAL = Duration.ofSeconds(30);

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
   */
  Path writeDurably(Checkpoint checkpoint) throws IOException, InterruptedException {
    await();
    underWay = executor.submit(() -> store.write(checkpoint, true));
    return await();
  }

  private Path await() throws IOException, InterruptedException {
    Future<Path> waited = underWay;
    underWay = null;
    try {
      return waited == null ? Path.of("") : waited.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new IOException("a checkpoint could not be written: " + cause.getMessage(), cause);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
