package dev.connectome.signature.stream;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often stream threads that failed may be replaced: a passing fault ends with a few, a lasting
 * one, such as a full disk, would go on for ever while no signature is computed. Thread-safe.
 */
final class ThreadReplacements {

  private static final int MOST_PER_THREAD = 3;
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private final int most;
  private final InstantSource clock;
  private final Deque<Long> recent = new ArrayDeque<>();

  /** For so many threads, which may all fail of the same passing fault. */
  ThreadReplacements(int threads, InstantSource clock) {
    this.most = MOST_PER_THREAD * threads;
    this.clock = clock;
  }

  /** Counts a thread that failed; false once too many did within ten minutes. */
  synchronized boolean admit() {
    long now = clock.millis();
    while (!recent.isEmpty() && now - recent.peek() > WITHIN.toMillis()) {
      recent.poll();
    }
    recent.add(now);
    return recent.size() <= most;
  }

  @Override
  public String toString() {
    return "%d in %d min".formatted(most, WITHIN.toMinutes());
  }
}
