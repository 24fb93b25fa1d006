package dev.connectome.platform;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A service as a child process that is started again, with the same command and so on the same
 * ports, when it dies.
 *
 * <p>Thread-safe. A daemon thread watches the process from the moment it is first ready.
 */
final class SupervisedService {
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

  private final ServiceSpec spec;
  private final Consumer<String> messages;
  private final HttpClient http;
  private final RestartBackoff backoff = new RestartBackoff();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private Process process;
  private Instant started;
  private Duration readyAfter = Duration.ZERO;

  private SupervisedService(ServiceSpec spec, Consumer<String> messages, HttpClient http)
      throws IOException {
    this.spec = spec;
    this.messages = messages;
    this.http = http;
    this.started = Instant.now();
    this.process = spawn(spec);
  }

  /**
   * Starts the process; {@link #awaitReady} is next.
   *
   * @param spec how
   * @param messages gets a line when the service dies and is started again
   * @param http asks whether the service is ready
   * @return the service
   * @throws IOException if the process cannot be started
   */
  static SupervisedService start(ServiceSpec spec, Consumer<String> messages, HttpClient http)
      throws IOException {
    return new SupervisedService(spec, messages, http);
  }

  private static Process spawn(ServiceSpec spec) throws IOException {
    Process process =
        new ProcessBuilder(DetachedCommand.of(spec.command()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
            .start();
    try {
      ProcessFile.write(spec.pidFile(), process.toHandle());
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return process;
  }

  /**
   * Waits until the service is ready for the first time, and watches over it from then on.
   *
   * @param limit how long to wait
   * @throws InterruptedException if the thread is interrupted
   * @throws PlatformException if it ends or is not ready in time; has the last lines of its log
   */
  void awaitReady(Duration limit) throws InterruptedException {
    Instant deadline = Instant.now().plus(limit);
    Process first = current();
    while (!ready()) {
      if (first.waitFor(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw PlatformException.failed(
            spec.name()
                + " ended with exit code "
                + first.exitValue()
                + " while starting;\n"
                + LogTail.of(spec.log()));
      }
      if (Instant.now().isAfter(deadline)) {
        throw PlatformException.failed(
            spec.name()
                + " was not ready within "
                + limit.toSeconds()
                + " s;\n"
                + LogTail.of(spec.log()));
      }
    }
    noteReady();
    Thread watcher = new Thread(this::watch, "watch-" + spec.name());
    watcher.setDaemon(true);
    watcher.start();
  }

  private boolean ready() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(spec.ready()).timeout(PROBE_TIMEOUT).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private void watch() {
    try {
      while (true) {
        Process watched = current();
        int exitCode = watched.waitFor();
        Duration pause = backoff.after(Duration.between(startedAt(), Instant.now()));
        if (stopping.getCount() == 0) {
          return;
        }
        messages.accept(
            spec.name()
                + " ended with exit code "
                + exitCode
                + "; starting it again in "
                + pause.toMillis()
                + " ms (log: "
                + spec.log()
                + ")");
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS) || !respawn()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      messages.accept(spec.name() + " cannot be started again: " + IoMessages.of(e));
    }
  }

  /** Whether it was started: not once the service is being stopped. */
  private synchronized boolean respawn() throws IOException {
    if (stopping.getCount() == 0) {
      return false;
    }
    started = Instant.now();
    process = spawn(spec);
    return true;
  }

  private synchronized void noteReady() {
    readyAfter = Duration.between(started, Instant.now());
  }

  /**
   * How long the first start took until the service was ready.
   *
   * @return the time, to a fifth of a second; zero if it was not ready yet
   */
  synchronized Duration readyAfter() {
    return readyAfter;
  }

  private synchronized Process current() {
    return process;
  }

  private synchronized Instant startedAt() {
    return started;
  }

  /**
   * The process as it is now.
   *
   * @return its id
   */
  long pid() {
    return current().pid();
  }

  /**
   * Ends the process and does not start it again.
   *
   * @param patience how long it may take after SIGTERM before it is killed
   */
  void stop(Duration patience) {
    synchronized (this) {
      stopping.countDown();
    }
    ProcessTermination.terminate(List.of(current().toHandle()), patience);
  }
}
