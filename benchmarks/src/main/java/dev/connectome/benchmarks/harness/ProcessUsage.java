package dev.connectome.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What a process has used so far, as Linux tells it. */
public final class ProcessUsage {
  private static final long KIB = 1024;

  private final ProcessHandle process;

  /**
   * Looks at a process.
   *
   * @param process which
   */
  public ProcessUsage(ProcessHandle process) {
    this.process = process;
  }

  /**
   * Its processor time, of all its threads together.
   *
   * @return the time, to 10 ms; empty if the process is gone
   */
  public Optional<Duration> cpu() {
    return process.isAlive() ? process.info().totalCpuDuration() : Optional.empty();
  }

  /**
   * Its resident memory now.
   *
   * @return bytes; empty if the process is gone
   */
  public OptionalLong residentBytes() {
    return status("VmRSS:");
  }

  /**
   * The most resident memory that it ever had.
   *
   * @return bytes; empty if the process is gone
   */
  public OptionalLong peakResidentBytes() {
    return status("VmHWM:");
  }

  private OptionalLong status(String field) {
    Path file = Path.of("/proc", Long.toString(process.pid()), "status");
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(field)) {
          String kibibytes = line.substring(field.length()).replace("kB", "").strip();
          return OptionalLong.of(Long.parseLong(kibibytes) * KIB);
        }
      }
    } catch (IOException gone) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }
}
