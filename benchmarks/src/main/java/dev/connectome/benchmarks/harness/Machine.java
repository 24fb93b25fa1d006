package dev.connectome.benchmarks.harness;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where and when something was measured: processors that this process may use, memory in GiB. */
public record Machine(int processors, double memoryGib, String java, String system, String date) {

  public static Machine current() {
    long bytes =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        Math.round(bytes / 1e8 / 1.073741824) / 10.0,
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  @Override
  public String toString() {
    return "%d cores, %.0f GiB, JDK %s, %s, %s"
        .formatted(processors, memoryGib, java, system, date);
  }
}
