package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Starts a process again each time that it has ended, until it is to end for good. What keeps it
 * from being started, a full disk for instance, may pass.
 *
 * <p>Thread-safe.
 */
final class Restarts {

  /** Starts the process once. */
  interface Start {
    void run() throws IOException;
  }

  private final String name;
  private final Path log;
  private final RestartBackoff backoff = new RestartBackoff();
  private final CountDownLatch ending = new CountDownLatch(1);

  Restarts(String name, Path log) {
    this.name = name;
    this.log = log;
  }

  /**
   * Waits, and tries to start the process until that succeeds.
   *
   * @param uptime how long it had been running
   * @param messages says that it ended, and if it could not be started, that and when it could
   * @return false if it is to end for good, so that it was not started
   */
  boolean after(int exitCode, Duration uptime, Start start, Consumer<String> messages)
      throws InterruptedException {
    Duration delay = backoff.nextDelay(uptime);
    if (ending.getCount() == 0) {
      return false;
    }
    messages.accept(
        name
            + " ended with exit code "
            + exitCode
            + FullDisk.of(log)
            + "; restarting it in "
            + delay.toMillis()
            + " ms (log: "
            + log
            + ")");
    boolean told = false;
    while (!ending.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        boolean started = startUnlessEnding(start);
        if (started && told) {
          messages.accept(name + " is started again");
        }
        return started;
      } catch (IOException e) {
        if (!told) {
          told = true;
          messages.accept(
              name + " could not be restarted: " + IoMessages.of(e) + "; trying until it can be");
        }
        delay = backoff.nextDelay(Duration.ZERO);
      }
    }
    return false;
  }

  private synchronized boolean startUnlessEnding(Start start) throws IOException {
    if (ending.getCount() == 0) {
      return false;
    }
    start.run();
    return true;
  }

  /** From now on it is not started any more. */
  synchronized void end() {
    ending.countDown();
  }
}
