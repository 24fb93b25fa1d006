package dev.connectome.platform;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends processes: SIGTERM, a grace period, SIGKILL. */
final class ProcessTermination {
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(1);

  private ProcessTermination() {}

  static void terminate(Collection<ProcessHandle> processes, Duration gracePeriod) {
    processes.forEach(ProcessHandle::destroy);
    awaitOrKill(processes, gracePeriod);
  }

  /** For processes that have been asked to end already. */
  static void awaitOrKill(Collection<ProcessHandle> processes, Duration gracePeriod) {
    if (await(processes, gracePeriod)) {
      return;
    }
    List<ProcessHandle> remaining = processes.stream().filter(ProcessHandle::isAlive).toList();
    remaining.forEach(ProcessHandle::destroyForcibly);
    await(remaining, KILL_TIMEOUT);
  }

  /** Whether all ended in time. An interrupt ends the wait and stays set. */
  private static boolean await(Collection<ProcessHandle> processes, Duration timeout) {
    CompletableFuture<?>[] exits =
        processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(exits).get(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
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
