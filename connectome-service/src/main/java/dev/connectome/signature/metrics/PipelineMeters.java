package dev.connectome.signature.metrics;

import dev.connectome.signature.assembly.FailureReason;
import dev.connectome.signature.assembly.IgnoredReason;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/**
 * The meters of the pipeline from batches to signatures. They count work done: a record that is
 * processed again after a fault counts again, although readers see its effect once.
 */
public final class PipelineMeters {

  private final MeterRegistry registry;
  private final Timer assemblyTime;
  private final Timer computeTime;
  private final Timer latency;

  /**
   * Registers the meters.
   *
   * @param registry where they are registered
   */
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

  /**
   * The last batch of a snapshot arrived.
   *
   * @param sinceFirst the time since its first batch did, zero if that is the same; ignored if
   *     negative, as when the clock was set back
   */
  public void assembled(Duration sinceFirst) {
    assemblyTime.record(sinceFirst);
  }

  /**
   * A snapshot got its signature.
   *
   * @param elapsed the time its computation took
   */
  public void signed(Duration elapsed) {
    snapshot("signed");
    computeTime.record(elapsed);
  }

  /**
   * A snapshot was closed without a signature.
   *
   * @param reason why
   */
  public void failed(FailureReason reason) {
    snapshot(tag(reason));
  }

  /**
   * A record was made.
   *
   * @param sinceCapture the time since the snapshot's capture; ignored if negative, as when clocks
   *     differ
   */
  public void published(Duration sinceCapture) {
    if (!sinceCapture.isNegative()) {
      latency.record(sinceCapture);
    }
  }

  /**
   * A valid record changed nothing.
   *
   * @param reason why
   */
  public void ignored(IgnoredReason reason) {
    registry.counter("connectome.records.ignored", "reason", tag(reason)).increment();
  }

  /**
   * A record went to the dead letters.
   *
   * @param reason why
   */
  public void deadLetter(Enum<?> reason) {
    registry.counter("connectome.dead.letters", "reason", tag(reason)).increment();
  }

  private void snapshot(String outcome) {
    registry.counter("connectome.snapshots", "outcome", outcome).increment();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
