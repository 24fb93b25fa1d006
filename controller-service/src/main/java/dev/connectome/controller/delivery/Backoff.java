package dev.connectome.controller.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with jitter: {@code first · 2^(n-1)}, at most {@code longest}, of which a
 * random half is left out so that retries spread.
 */
record Backoff(Duration first, Duration longest) {

  Duration delay(int failures, RandomGenerator random) {
    long doubled = first.toMillis() << Math.min(20, Math.max(0, failures - 1));
    long capped = Math.min(longest.toMillis(), doubled);
    return Duration.ofMillis(capped / 2 + random.nextLong(capped / 2 + 1));
  }
}
