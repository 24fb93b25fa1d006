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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints on a thread of its own. The training waits only for the previous checkpoint,
 * or for one that is not a copy, and at most {@value #MAX_WAIT_SECONDS} s and a second for each
 * {@value #BYTES_PER_SECOND} bytes. Checkpoints are forced to the disk at the end and every 30 s.
 * Used by one thread.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final Duration SYNC_INTERVAL = Duration.ofSeconds(30);
  private static final long MAX_WAIT_SECONDS = 120;
  private static final long BYTES_PER_SECOND = 10_000_000;

  private final CheckpointStore store;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "checkpoints");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<Path> pending;
  private long pendingBytes;
  private long lastSync = System.nanoTime();

  CheckpointWriter(CheckpointStore store) {
    this.store = store;
  }

  /**
   * Waits for the previous checkpoint and starts to write another.
   *
   * @param checkpoint makes it, once the previous one needs no memory any more
   * @throws IOException if one could not be written
   */
  void write(Supplier<Checkpoint> checkpoint) throws IOException, InterruptedException {
    await();
    boolean sync = System.nanoTime() - lastSync >= SYNC_INTERVAL.toNanos();
    lastSync = sync ? System.nanoTime() : lastSync;
    Checkpoint made = checkpoint.get();
    submit(made, sync);
    if (!made.copied()) {
      await();
    }
  }

  /**
   * Writes a checkpoint, even if the previous one failed, and forces it to the disk.
   *
   * @return its folder
   * @throws IOException if it could not be written
   */
  Path writeDurably(Checkpoint checkpoint) throws IOException, InterruptedException {
    submit(checkpoint, true);
    return await();
  }

  private void submit(Checkpoint checkpoint, boolean durably) {
    pendingBytes = checkpoint.bytes();
    pending =
        executor.submit(
            () -> {
              try (checkpoint) {
                return store.write(checkpoint, durably);
              }
            });
  }

  private Path await() throws IOException, InterruptedException {
    Future<Path> waited = pending;
    pending = null;
    long limit = MAX_WAIT_SECONDS + pendingBytes / BYTES_PER_SECOND;
    try {
      return waited == null ? Path.of("") : waited.get(limit, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "the checkpoint was not written within %d s: the disk of %s does not respond"
              .formatted(limit, store.directory()),
          e);
    }
  }

  /** Waits for the pending checkpoint. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
