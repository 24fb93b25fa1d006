package dev.connectome.controller.run;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with jitter: {@code first · 2^(n-1)}, at most {@code longest}, of which a
 * random half is left out so that what failed together does not return together.
 */
public record Backoff(Duration first, Duration longest) {

  /**
   * @throws IllegalArgumentException if a duration is negative or the first is the longer one
   */
  public Backoff {
    if (first.isNegative() || first.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "a pause must be 0 or above and at most the longest, not %s and %s"
              .formatted(first, longest));
    }
  }

  /**
   * @param times how often in a row, from 1
   */
  public Duration delay(int times, RandomGenerator random) {
    long doubled = first.toMillis() << Math.min(20, Math.max(0, times - 1));
    long capped = Math.min(longest.toMillis(), doubled);
    return Duration.ofMillis(capped / 2 + random.nextLong(capped / 2 + 1));
  }
}
