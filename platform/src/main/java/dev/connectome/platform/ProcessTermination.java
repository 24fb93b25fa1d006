package dev.connectome.platform;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends processes: first asks, then forces. */
final class ProcessTermination {
  private static final Duration AFTER_FORCE = Duration.ofSeconds(1);

  private ProcessTermination() {}

  /**
   * Sends SIGTERM, waits, and kills what is left.
   *
   * @param processes which
   * @param patience how long to wait before force
   */
  static void end(Collection<ProcessHandle> processes, Duration patience) {
    processes.forEach(ProcessHandle::destroy);
    awaitOrKill(processes, patience);
  }

  /**
   * Waits for processes that were told to end, and kills what is left.
   *
   * @param processes which
   * @param patience how long to wait before force
   */
  static void awaitOrKill(Collection<ProcessHandle> processes, Duration patience) {
    if (await(processes, patience)) {
      return;
    }
    List<ProcessHandle> left = processes.stream().filter(ProcessHandle::isAlive).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    await(left, AFTER_FORCE);
  }

  /** Whether all ended in time; an interrupt is kept for the caller and ends the waiting. */
  private static boolean await(Collection<ProcessHandle> processes, Duration patience) {
    CompletableFuture<?>[] exits =
        processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(exits).get(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for a process to end failed", e);
    }
  }
}
