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
 * Identifies a process even after its id has been reused. The first line is the process id, the
 * second its start time in milliseconds since 1970, or 0 if unknown.
 */
final class ProcessFile {
  /** The system computes the start time from ticks since boot, which is slightly inexact. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private ProcessFile() {}

  /** Writes the file of a process that has just been started; ends it if that is impossible. */
  static Process record(Path file, Process process) throws IOException {
    try {
      write(file, process.toHandle());
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return process;
  }

  /** Writes the file atomically. */
  static void write(Path file, ProcessHandle process) throws IOException {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(temporary, process.pid() + "\n" + start + "\n");
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The process that a file names; empty if it has ended, or the file is missing or damaged. */
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
