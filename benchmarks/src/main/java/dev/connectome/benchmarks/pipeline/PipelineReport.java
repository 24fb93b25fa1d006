package dev.connectome.benchmarks.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.connectome.benchmarks.harness.Latencies.Percentiles;
import dev.connectome.benchmarks.harness.Machine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the benchmark found; the JSON that it prints.
 *
 * @param machine where and when
 * @param load what was published
 * @param ceiling what the broker delivers to a consumer that does nothing, while the same producer
 *     publishes the same records
 * @param fullSpeed the service, given all that the broker takes; null if a rate was asked for
 * @param shareOfCeiling the service's snapshots a second of the ceiling's; null if a rate was asked
 *     for
 * @param paced the service at the rate that was asked for, else at half of what it did at full
 *     speed
 * @param service the service's process
 * @param checked snapshots whose signature was compared with the library's
 * @param mismatches those that differ
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
    int duplicates) {

  /** Whether every snapshot has its signature, once, as the library computes it. */
  boolean isRight() {
    return mismatches == 0 && missing == 0 && duplicates == 0;
  }

  /** The report for people. */
  List<String> lines() {
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

  /**
   * What was published.
   *
   * @param runs R
   * @param neurons P
   * @param samples N
   * @param epochs snapshots a run at full speed
   * @param batches batches a snapshot
   * @param snapshotBytes bytes of a snapshot's activations
   * @param partitions of the topics
   * @param seed of the activations
   */
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
   * @param snapshots how many
   * @param seconds from the first that was sent to the last that was read
   * @param snapshotsPerSecond their quotient
   * @param megabytesPerSecond the same in activations, 10⁶ bytes
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
   * @param throughput how fast it was
   * @param rate snapshots a second that were sent; null: as many as the broker took
   * @param latencyMillis from the broker's acknowledgement of a snapshot's last batch until its
   *     signature could be read
   * @param serviceCpuSecondsPerSnapshot processor time of the service
   * @param restCpuSecondsPerSnapshot processor time of this process: the load generator, the reader
   *     and, unless the platform was up before, the broker
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
   * @param startToReadySeconds how long another process of the service took from its start until it
   *     was ready, with new topics and empty state, on the idle platform; null if the platform was
   *     up before
   * @param peakResidentBytes the most resident memory it ever had
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
