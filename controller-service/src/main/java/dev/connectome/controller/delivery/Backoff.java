package dev.connectome.controller.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failed push: {@code first · 2^(n-1)}, at most {@code longest}, of which
 * a random half is left out so that many do not come at once.
 *
 * @param first the wait after the first failure
 * @param longest the longest wait
 */
record Backoff(Duration first, Duration longest) {

  Duration after(int failures, RandomGenerator random) {
    long doubled = first.toMillis() << Math.min(20, Math.max(0, failures - 1));
    long capped = Math.min(longest.toMillis(), doubled);
    return Duration.ofMillis(capped / 2 + random.nextLong(capped / 2 + 1));
  }
}
