package dev.connectome.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How long a process may take to start. The limit is that of a machine with time to spare; on a
 * busy one a start takes as long as it takes. Past the limit a start has failed once the process
 * rests, or after {@value #PATIENCE} times the limit.
 *
 * <p>Not thread-safe.
 */
final class StartLimit {
  private static final int PATIENCE = 10;

  /** A process rests if it uses less processor time than this over a quarter of the limit. */
  private static final Duration SIGN_OF_WORK = Duration.ofMillis(200);

  private final Duration limit;
  private final Supplier<Duration> processorTime;
  private final InstantSource clock;
  private final Instant started;
  private Duration lastSeen;
  private Instant lastWorked;

  /**
   * Begins to count.
   *
   * @param processorTime what the process has used so far
   */
  StartLimit(Duration limit, Supplier<Duration> processorTime, InstantSource clock) {
    this.limit = limit;
    this.processorTime = processorTime;
    this.clock = clock;
    this.started = clock.instant();
    this.lastWorked = started;
    this.lastSeen = processorTime.get();
  }

  /** The limit of a process and of all that it has started. */
  static StartLimit of(Duration limit, ProcessHandle process) {
    return new StartLimit(limit, () -> processorTime(process), InstantSource.system());
  }

  private static Duration processorTime(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .flatMap(one -> one.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Whether the start is to be given up; to be asked again and again while waiting. */
  boolean exceeded() {
    Instant now = clock.instant();
    Duration used = processorTime.get();
    // A child that ends takes its processor time with it.
    if (used.minus(lastSeen).abs().compareTo(SIGN_OF_WORK) >= 0) {
      lastSeen = used;
      lastWorked = now;
    }
    return passed(limit, started, now)
        && (passed(limit.dividedBy(4), lastWorked, now)
            || passed(limit.multipliedBy(PATIENCE), started, now));
  }

  /** Whether the start takes longer than it would on a machine with time to spare. */
  boolean slow() {
    return passed(limit, started, clock.instant());
  }

  /** The time since the start. */
  Duration elapsed() {
    return Duration.between(started, clock.instant());
  }

  private static boolean passed(Duration time, Instant from, Instant now) {
    return Duration.between(from, now).compareTo(time) > 0;
  }
}
