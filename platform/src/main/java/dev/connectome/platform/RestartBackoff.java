package dev.connectome.platform;

import java.time.Duration;

/**
 * The delay before a service that died is restarted: doubled each time, and reset once the service
 * has run for a minute.
 */
final class RestartBackoff {
  private static final Duration INITIAL = Duration.ofMillis(500);
  private static final Duration MAX = Duration.ofSeconds(30);
  private static final Duration RESET_AFTER = Duration.ofSeconds(60);

  private Duration next = INITIAL;

  /**
   * The delay after a death.
   *
   * @param uptime how long the service had been running
   */
  Duration nextDelay(Duration uptime) {
    if (uptime.compareTo(RESET_AFTER) >= 0) {
      next = INITIAL;
    }
    Duration delay = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(MAX) > 0 ? MAX : doubled;
    return delay;
  }
}
