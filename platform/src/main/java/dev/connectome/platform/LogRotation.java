package dev.connectome.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps the logs of a directory small: one that has grown is copied to {@code name.1}, whose
 * predecessors move up to {@code name.5}, and emptied. Its writers append to it and go on; what
 * they write in the moment between copying and emptying is lost.
 */
final class LogRotation implements AutoCloseable {
  private static final long LARGEST_BYTES = 10 << 20;
  private static final int KEPT = 5;
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Path directory;
  private final Consumer<String> messages;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "log-rotation");
            thread.setDaemon(true);
            return thread;
          });

  private LogRotation(Path directory, Consumer<String> messages) {
    this.directory = directory;
    this.messages = messages;
  }

  /** Rotates from now on, until closed. */
  static LogRotation of(Path directory, Consumer<String> messages) {
    var rotation = new LogRotation(directory, messages);
    rotation.timer.scheduleWithFixedDelay(
        rotation::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return rotation;
  }

  private void look() {
    try {
      rotate(directory, LARGEST_BYTES);
    } catch (IOException | UncheckedIOException e) {
      messages.accept("the logs in " + directory + " cannot be rotated: " + e.getMessage());
    }
  }

  /** Rotates the logs that are larger than so many bytes. */
  static void rotate(Path directory, long largestBytes) throws IOException {
    List<Path> logs;
    try (Stream<Path> files = Files.list(directory)) {
      logs = files.filter(file -> file.toString().endsWith(".log")).toList();
    }
    for (Path log : logs) {
      if (Files.size(log) > largestBytes) {
        rotate(log);
      }
    }
  }

  private static void rotate(Path log) throws IOException {
    for (int number = KEPT - 1; number >= 1; number--) {
      if (Files.exists(numbered(log, number))) {
        Files.move(
            numbered(log, number), numbered(log, number + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.copy(
        log,
        numbered(log, 1),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
  }

  private static Path numbered(Path log, int number) {
    return log.resolveSibling(log.getFileName() + "." + number);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
