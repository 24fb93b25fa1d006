package dev.connectome.platform;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A service as a child process. Once it has been ready, a daemon thread restarts it with the same
 * command, and so on the same ports, whenever it dies or says that only a restart can help.
 *
 * <p>Thread-safe.
 */
final class SupervisedService {
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);
  private static final Duration LIVENESS_INTERVAL = Duration.ofSeconds(2);
  private static final int LIVENESS_REFUSALS = 3;

  /** A restart takes less. */
  private static final int UNREADY_CHECKS = 15;

  private static final Duration GRACE_PERIOD = Duration.ofSeconds(5);

  private final ServiceSpec spec;
  private final Consumer<String> messages;
  private final Restarts restarts;
  private Process process;
  private Instant started;
  private Duration readyAfter = Duration.ZERO;

  private SupervisedService(ServiceSpec spec, Consumer<String> messages) throws IOException {
    this.spec = spec;
    this.messages = messages;
    this.restarts = new Restarts(spec.name(), spec.log());
    this.started = Instant.now();
    this.process = spawn(spec);
  }

  /**
   * Starts the process; call {@link #awaitReady} next.
   *
   * @param messages gets a line when the service dies
   */
  static SupervisedService start(ServiceSpec spec, Consumer<String> messages) throws IOException {
    return new SupervisedService(spec, messages);
  }

  private static Process spawn(ServiceSpec spec) throws IOException {
    return ProcessFile.record(
        spec.pidFile(),
        new ProcessBuilder(DetachedCommand.of(spec.command()))
            .directory(spec.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(OwnerOnly.file(spec.log()).toFile()))
            .start());
  }

  /**
   * Waits until the service is ready for the first time, and supervises it from then on.
   *
   * @param timeout on a machine with time to spare, see {@link StartLimit}
   * @throws PlatformException if it ends or is not ready in time; the message ends with the last
   *     lines of its log
   */
  void awaitReady(Duration timeout) throws InterruptedException {
    Process first = current();
    StartLimit limit = StartLimit.of(timeout, first.toHandle());
    boolean told = false;
    int refusals = 0;
    while (!spec.health().ready()) {
      if (first.waitFor(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw PlatformException.failed(
            spec.name()
                + " ended with exit code "
                + first.exitValue()
                + " while starting"
                + FullDisk.of(spec.log())
                + ";\n"
                + LogTail.of(spec.log()));
      }
      String hopeless = spec.health().hopeless();
      refusals = hopeless.isEmpty() ? 0 : refusals + 1;
      if (refusals == LIVENESS_REFUSALS) {
        throw PlatformException.failed(
            spec.name() + " cannot start, " + hopeless + ";\n" + LogTail.of(spec.log()));
      }
      if (limit.exceeded()) {
        throw PlatformException.failed(
            spec.name()
                + " was not ready within "
                + limit.elapsed().toSeconds()
                + " s;\n"
                + LogTail.of(spec.log()));
      }
      if (limit.slow() && !told) {
        told = true;
        messages.accept(spec.name() + " is still starting: the machine is busy");
      }
    }
    recordReady();
    Thread watcher = new Thread(this::watch, "watch-" + spec.name());
    watcher.setDaemon(true);
    watcher.start();
  }

  /** Ends a process that says that it cannot recover. One that does not answer may be busy. */
  private int awaitEnd(Process watched) throws InterruptedException {
    int refusals = 0;
    int unready = 0;
    while (!watched.waitFor(LIVENESS_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
      boolean ready = spec.health().ready();
      if (ready && unready >= UNREADY_CHECKS) {
        messages.accept(spec.name() + " is ready again");
      }
      unready = ready ? 0 : unready + 1;
      if (unready == UNREADY_CHECKS) {
        messages.accept(spec.name() + " is not ready (log: " + spec.log() + ")");
      }
      String hopeless = spec.health().hopeless();
      refusals = hopeless.isEmpty() ? 0 : refusals + 1;
      if (refusals == LIVENESS_REFUSALS) {
        messages.accept(spec.name() + " says that only a restart can help; ending it");
        ProcessTermination.terminate(List.of(watched.toHandle()), GRACE_PERIOD);
      }
    }
    return watched.exitValue();
  }

  private void watch() {
    try {
      int exitCode;
      do {
        exitCode = awaitEnd(current());
      } while (restarts.after(
          exitCode, Duration.between(startedAt(), Instant.now()), this::restart, messages));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void restart() throws IOException {
    started = Instant.now();
    process = spawn(spec);
  }

  private synchronized void recordReady() {
    readyAfter = Duration.between(started, Instant.now());
  }

  /** The time from the first start until the service was ready; zero before that. */
  synchronized Duration readyAfter() {
    return readyAfter;
  }

  private synchronized Process current() {
    return process;
  }

  private synchronized Instant startedAt() {
    return started;
  }

  /** Ends the process for good: SIGTERM, then SIGKILL after the grace period. */
  void stop(Duration gracePeriod) {
    restarts.end();
    ProcessTermination.terminate(List.of(current().toHandle()), gracePeriod);
  }
}
