package dev.connectome.benchmarks.control;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lets time pass and looks at things meanwhile. */
final class Poller implements AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /**
   * Waits for a time.
   *
   * @param time how long
   * @param every how often to look, and at the end once more
   * @param look what to do then; what it throws ends the wait and is thrown
   */
  void pass(Duration time, Duration every, Runnable look) throws InterruptedException {
    look(
        every,
        time,
        () -> {
          look.run();
          return false;
        });
    look.run();
  }

  /**
   * Waits until something holds, or patience ends.
   *
   * @param patience how long at most
   * @param every how often to look
   * @param holds whether it holds; what it throws ends the wait and is thrown
   * @return whether it held in time
   */
  boolean await(Duration patience, Duration every, BooleanSupplier holds)
      throws InterruptedException {
    look(every, patience, holds);
    return holds.getAsBoolean();
  }

  private void look(Duration every, Duration atMost, BooleanSupplier enough)
      throws InterruptedException {
    var over = new CompletableFuture<@Nullable Void>();
    ScheduledFuture<?> looks =
        clock.scheduleWithFixedDelay(
            () -> {
              try {
                if (enough.getAsBoolean()) {
                  over.complete(null);
                }
              } catch (RuntimeException e) {
                over.completeExceptionally(e);
              }
            },
            every.toNanos(),
            every.toNanos(),
            TimeUnit.NANOSECONDS);
    ScheduledFuture<?> end =
        clock.schedule(() -> over.complete(null), atMost.toNanos(), TimeUnit.NANOSECONDS);
    try {
      over.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      looks.cancel(false);
      end.cancel(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
