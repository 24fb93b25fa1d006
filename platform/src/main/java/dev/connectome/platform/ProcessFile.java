package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Names a process so that it is found again, and no other that got its number later: the first line
 * is the process id, the second the instant it started, in milliseconds since 1970 (0: unknown).
 */
final class ProcessFile {
  /** The system computes the start from ticks since boot, and so may be off by a little. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private ProcessFile() {}

  /**
   * Notes a process, at once as a whole.
   *
   * @param file where
   * @param process which
   * @throws IOException if the file cannot be written
   */
  static void write(Path file, ProcessHandle process) throws IOException {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, process.pid() + "\n" + start + "\n");
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Finds the process a file names.
   *
   * @param file the file
   * @return the process if it lives; empty if it is gone, its number is another's now, or the file
   *     is missing or damaged
   */
  static Optional<ProcessHandle> find(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() < 2) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.get(0).strip());
      Instant start = Instant.ofEpochMilli(Long.parseLong(lines.get(1).strip()));
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(process -> startedAt(process, start));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static boolean startedAt(ProcessHandle process, Instant start) {
    return process
        .info()
        .startInstant()
        .map(actual -> Duration.between(start, actual).abs().compareTo(TOLERANCE) <= 0)
        .orElse(false);
  }
}
