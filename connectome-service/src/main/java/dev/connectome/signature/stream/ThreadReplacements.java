package dev.connectome.signature.stream;

import dev.connectome.signature.store.LaterFormatException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How often stream threads that failed may be replaced: a passing fault ends with a few, a lasting
 * one, such as a full disk, would go on for ever while no signature is computed. Thread-safe.
 */
final class ThreadReplacements {

  private static final int MOST_PER_THREAD = 3;
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private final int most;
  private final InstantSource clock;
  private String lastCause = "";
  private final Deque<Long> recent = new ArrayDeque<>();

  /** For so many threads, which may all fail of the same passing fault. */
  ThreadReplacements(int threads, InstantSource clock) {
    this.most = MOST_PER_THREAD * threads;
    this.clock = clock;
  }

  /**
   * Counts a thread that failed; false once too many did within ten minutes, or if its state was
   * written by a later version, which no new thread can read.
   */
  synchronized boolean admit(Throwable failure) {
    lastCause = Causes.first(failure).toString();
    Optional<LaterFormatException> later = Causes.find(LaterFormatException.class, failure);
    if (later.isPresent()) {
      lastCause = String.valueOf(later.get().getMessage());
      return false;
    }
    long now = clock.millis();
    while (!recent.isEmpty() && now - recent.peek() > WITHIN.toMillis()) {
      recent.poll();
    }
    recent.add(now);
    return recent.size() <= most;
  }

  /** What the last thread failed of; blank if none has. */
  synchronized String lastCause() {
    return lastCause;
  }

  @Override
  public String toString() {
    return "%d in %d min".formatted(most, WITHIN.toMinutes());
  }
}
