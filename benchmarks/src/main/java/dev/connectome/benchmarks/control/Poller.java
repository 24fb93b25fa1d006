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

/** Waits, and runs an action at an interval meanwhile. */
final class Poller implements AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /**
   * Runs an action at an interval for a time, and once more at its end; its exception ends the
   * wait.
   */
  void repeat(Duration time, Duration interval, Runnable action) throws InterruptedException {
    poll(
        interval,
        time,
        () -> {
          action.run();
          return false;
        });
    action.run();
  }

  /**
   * Waits until a condition holds; its exception ends the wait.
   *
   * @return whether it held before the timeout
   */
  boolean await(Duration timeout, Duration interval, BooleanSupplier condition)
      throws InterruptedException {
    poll(interval, timeout, condition);
    return condition.getAsBoolean();
  }

  private void poll(Duration interval, Duration timeout, BooleanSupplier done)
      throws InterruptedException {
    var finished = new CompletableFuture<@Nullable Void>();
    ScheduledFuture<?> polls =
        clock.scheduleWithFixedDelay(
            () -> {
              try {
                if (done.getAsBoolean()) {
                  finished.complete(null);
                }
              } catch (RuntimeException e) {
                finished.completeExceptionally(e);
              }
            },
            interval.toNanos(),
            interval.toNanos(),
            TimeUnit.NANOSECONDS);
    ScheduledFuture<?> end =
        clock.schedule(() -> finished.complete(null), timeout.toNanos(), TimeUnit.NANOSECONDS);
    try {
      finished.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      polls.cancel(false);
      end.cancel(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
