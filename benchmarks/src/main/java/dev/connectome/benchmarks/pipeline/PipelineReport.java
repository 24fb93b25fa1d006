package dev.connectome.benchmarks.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.Latencies.Percentiles;
import dev.connectome.benchmarks.harness.Machine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the benchmark found.
 *
 * @param ceiling what the broker delivers to a consumer that does nothing, from the same producer
 * @param fullSpeed the service with all that the broker takes; null if {@code --rate} was given
 * @param shareOfCeiling the service's throughput by the ceiling; null if {@code --rate} was given
 * @param paced the service at the given rate, or at half of its full speed
 * @param checked snapshots whose signature was compared with the library's
 * @param mismatches signatures that differ
 * @param missing snapshots without a record
 * @param duplicates records beyond the first of a snapshot
 */
record PipelineReport(
    Machine machine,
    Load load,
    Throughput ceiling,
    @Nullable Phase fullSpeed,
    @Nullable Double shareOfCeiling,
    Phase paced,
    Service service,
    int checked,
    int mismatches,
    int missing,
    int duplicates)
    implements BenchReport {

  @Override
  public boolean passed() {
    return mismatches == 0 && missing == 0 && duplicates == 0;
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("machine     " + machine);
    lines.add(
        "load        %d runs × %d epochs, N = %d, P = %d, %.0f KiB a snapshot, %d partitions"
            .formatted(
                load.runs(),
                load.epochs(),
                load.samples(),
                load.neurons(),
                load.snapshotBytes() / 1024.0,
                load.partitions()));
    lines.add("ceiling     " + ceiling);
    if (fullSpeed != null && shareOfCeiling != null) {
      lines.add(
          "full speed  %s, %.0f %% of the ceiling".formatted(fullSpeed, 100 * shareOfCeiling));
    }
    lines.add("paced       %s".formatted(paced));
    Percentiles latency = paced.latencyMillis();
    lines.add(
        "latency     p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, max %.0f ms (paced)"
            .formatted(latency.p50(), latency.p90(), latency.p99(), latency.p999(), latency.max()));
    lines.add("service     " + service);
    lines.add(
        "check       %d snapshots against the library: mismatches: %d, missing: %d, duplicates: %d"
            .formatted(checked, mismatches, missing, duplicates));
    return lines;
  }

  /** What was published: N samples and P neurons a snapshot, {@code epochs} a run at full speed. */
  record Load(
      int runs,
      int neurons,
      int samples,
      int epochs,
      int batches,
      int snapshotBytes,
      int partitions,
      long seed) {}

  /**
   * How fast something was.
   *
   * @param seconds from the first record sent to the last read
   * @param megabytesPerSecond of activations, in 10⁶ bytes
   */
  record Throughput(
      int snapshots, double seconds, double snapshotsPerSecond, double megabytesPerSecond) {

    static Throughput of(int snapshots, int snapshotBytes, long nanos) {
      double seconds = nanos / 1e9;
      double rate = snapshots / seconds;
      return new Throughput(snapshots, seconds, rate, rate * snapshotBytes / 1e6);
    }

    @Override
    public String toString() {
      return "%.1f snapshots/s, %.1f MB/s (%d in %.1f s)"
          .formatted(snapshotsPerSecond, megabytesPerSecond, snapshots, seconds);
    }
  }

  /**
   * A timed phase of the service.
   *
   * @param rate snapshots per second that were sent; null: as many as the broker took
   * @param latencyMillis from the broker's acknowledgement of a snapshot's last batch until its
   *     signature could be read
   * @param restCpuSecondsPerSnapshot processor time of this process: the load generator, the reader
   *     and, on a temporary platform, the broker
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Phase(
      Throughput throughput,
      @Nullable Double rate,
      Percentiles latencyMillis,
      double serviceCpuSecondsPerSnapshot,
      double restCpuSecondsPerSnapshot) {

    @Override
    public String toString() {
      return "%s, %.1f ms of service CPU a snapshot"
          .formatted(throughput, 1e3 * serviceCpuSecondsPerSnapshot);
    }
  }

  /**
   * The service's process.
   *
   * @param startToReadySeconds how long another process of the service took until it was ready,
   *     with new topics and empty state, on the idle platform; null if the platform was up before
   */
  record Service(@Nullable Double startToReadySeconds, long peakResidentBytes) {

    @Override
    public String toString() {
      String memory = "peak resident memory %.0f MiB".formatted(peakResidentBytes / 1048576.0);
      return startToReadySeconds == null
          ? memory
          : "ready %.1f s after its start, %s".formatted(startToReadySeconds, memory);
    }
  }
}
