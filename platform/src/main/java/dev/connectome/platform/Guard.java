package dev.connectome.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Ends all that a platform has started once the platform is gone, however it went: SIGKILL and a
 * crash of the virtual machine too. It is a shell that waits for the end of its input, a pipe from
 * this process that the operating system closes, and then runs {@link GuardProcess}; where that
 * cannot be run, it ends the recorded processes itself.
 *
 * <p>Thread-safe.
 */
final class Guard implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Guard.class.getName());
  private static final String SCRIPT = "guard.sh";

  private final StateDirectory state;
  private final List<String> command;
  private final RestartBackoff backoff = new RestartBackoff();
  private boolean closed;
  private boolean told;
  private Process process;

  private Guard(StateDirectory state, List<String> command) throws IOException {
    this.state = state;
    this.command = command;
    this.process = spawn();
  }

  /** To be started before what it guards. */
  static Guard start(StateDirectory state) throws IOException {
    return start(
        state,
        JavaCommand.ofThisClassPath(
            List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            GuardProcess.class,
            List.of(state.root().toString())));
  }

  static Guard start(StateDirectory state, List<String> program) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script(), "guard"));
    command.add(state.root().toAbsolutePath().toString());
    command.addAll(program);
    return new Guard(state, command);
  }

  /** Read now: it may be gone when it is needed. */
  private static String script() throws IOException {
    try (InputStream script = Guard.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IOException(SCRIPT + " is missing from this program");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Process spawn() throws IOException {
    Instant start = Instant.now();
    Process started =
        new ProcessBuilder(DetachedCommand.of(command))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(OwnerOnly.file(state.log("guard")).toFile()))
            .start();
    var unused =
        started.onExit().thenRun(() -> replaceLater(Duration.between(start, Instant.now())));
    return started;
  }

  private synchronized void replaceLater(Duration uptime) {
    if (!closed) {
      long delay = backoff.nextDelay(uptime).toMillis();
      CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS).execute(this::replace);
    }
  }

  private synchronized void replace() {
    if (closed) {
      return;
    }
    try {
      process = spawn();
      told = false;
    } catch (IOException e) {
      if (!told) {
        LOG.log(Level.WARNING, "the guard ended and cannot be replaced yet", e);
      }
      told = true;
      replaceLater(Duration.ZERO);
    }
  }

  synchronized ProcessHandle process() {
    return process.toHandle();
  }

  /** Nothing is left to guard. */
  @Override
  public synchronized void close() {
    closed = true;
    process.destroyForcibly();
  }
}
