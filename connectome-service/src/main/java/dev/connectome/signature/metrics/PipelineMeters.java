package dev.connectome.signature.metrics;

import dev.connectome.signature.assembly.FailureReason;
import dev.connectome.signature.assembly.IgnoredReason;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/**
 * The meters of the pipeline from batches to signatures. A record that is processed again after a
 * fault is counted again, although readers see its effect once.
 */
public final class PipelineMeters {

  /** A longer time is that between two clocks of which one is wrong. */
  private static final Duration LONGEST = Duration.ofDays(30);

  private final MeterRegistry registry;
  private final Timer assemblyTime;
  private final Timer computeTime;
  private final Timer latency;

  public PipelineMeters(MeterRegistry registry) {
    this.registry = registry;
    this.assemblyTime =
        Timer.builder("connectome.snapshot.assembly")
            .description("Time from the arrival of a snapshot's first batch to that of its last")
            .publishPercentileHistogram()
            .register(registry);
    this.computeTime =
        Timer.builder("connectome.signature.compute")
            .description("Time to compute a signature, without waiting for batches")
            .publishPercentileHistogram()
            .register(registry);
    this.latency =
        Timer.builder("connectome.snapshot.latency")
            .description(
                "Time from the capture of a snapshot, by the trainer's clock, to its record")
            .publishPercentileHistogram()
            .register(registry);
  }

  /** Records the time from the arrival of a snapshot's first batch to that of its last. */
  public void recordAssemblyTime(Duration time) {
    record(assemblyTime, time);
  }

  /** Counts a snapshot with a signature and records the time its computation took. */
  public void countSigned(Duration computation) {
    countSnapshot("signed");
    record(computeTime, computation);
  }

  /** Counts a snapshot that was closed without a signature. */
  public void countFailed(FailureReason reason) {
    countSnapshot(tag(reason));
  }

  /** Records the time since a snapshot's capture, by the clock of whoever published it. */
  public void recordLatency(Duration sinceCapture) {
    record(latency, sinceCapture);
  }

  /** Counts a valid record that changed nothing. */
  public void countIgnored(IgnoredReason reason) {
    registry.counter("connectome.records.ignored", "reason", tag(reason)).increment();
  }

  public void countDeadLetter(Enum<?> reason) {
    registry.counter("connectome.dead.letters", "reason", tag(reason)).increment();
  }

  /** Counts a stream thread that failed. */
  public void countFailedThread() {
    registry.counter("connectome.stream.threads.failed").increment();
  }

  private void countSnapshot(String outcome) {
    registry.counter("connectome.snapshots", "outcome", outcome).increment();
  }

  /** Leaves out what clocks that differ make of a time; whatever it is, it fails no record. */
  private static void record(Timer timer, Duration time) {
    if (!time.isNegative() && time.compareTo(LONGEST) <= 0) {
      timer.record(time);
    }
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
