package dev.connectome.platform;

import dev.connectome.identity.client.ProcessStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies a process even after its id has been reused. The first line is the process id, the
 * second its start time in milliseconds since 1970, or 0 if unknown; the third, where the system
 * has one, its {@link ProcessStamp}, which holds whatever is done to the clock. The file of a
 * trainer has {@code PID BOOT/START} there.
 */
final class ProcessFile {
  /** The system computes the start time from ticks since boot, which is slightly inexact. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private static final Pattern TRAINER = Pattern.compile("([0-9]+) ([^ /]+)/([0-9]+)");

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
    String stamp = ProcessStamp.of(process.pid()).map(found -> found + "\n").orElse("");
    Files.writeString(temporary, process.pid() + "\n" + start + "\n" + stamp);
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
      Optional<ProcessStamp> stamp = lines.size() < 3 ? Optional.empty() : stamp(lines.get(2));
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(
              process ->
                  stamp.map(ProcessStamp::isAlive).orElseGet(() -> startedAt(process, start)));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<ProcessStamp> stamp(String line) {
    Matcher trainer = TRAINER.matcher(line.strip());
    return trainer.matches()
        ? Optional.of(
            new ProcessStamp(Long.parseLong(trainer.group(1)), trainer.group(3), trainer.group(2)))
        : ProcessStamp.parse(line);
  }

  private static boolean startedAt(ProcessHandle process, Instant start) {
    return process
        .info()
        .startInstant()
        .map(actual -> Duration.between(start, actual).abs().compareTo(TOLERANCE) <= 0)
        .orElse(false);
  }
}
