package dev.connectome.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Processor time and memory of a process, read from Linux; 0 once the process is gone. */
public final class ProcessUsage {
  private static final long KIB = 1024;

  private final ProcessHandle process;

  public ProcessUsage(ProcessHandle process) {
    this.process = process;
  }

  public static ProcessUsage ofThisProcess() {
    return new ProcessUsage(ProcessHandle.current());
  }

  /** Processor time of all threads, to 10 ms. */
  public double cpuSeconds() {
    return process.isAlive()
        ? process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9
        : 0;
  }

  public long residentBytes() {
    return status("VmRSS:");
  }

  public long peakResidentBytes() {
    return status("VmHWM:");
  }

  private long status(String field) {
    Path file = Path.of("/proc", Long.toString(process.pid()), "status");
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(field)) {
          String kibibytes = line.substring(field.length()).replace("kB", "").strip();
          return Long.parseLong(kibibytes) * KIB;
        }
      }
    } catch (IOException gone) {
      return 0;
    }
    return 0;
  }
}
