package dev.connectome.platform;

import java.time.Duration;

/**
 * How long to wait before a service that died is started again: twice as long each time, until it
 * has lived for a while.
 */
final class RestartBackoff {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration RECOVERED = Duration.ofSeconds(60);

  private Duration next = FIRST;

  /**
   * The pause after a death.
   *
   * @param lifetime how long the service had lived
   * @return 0.5 s .. 30 s
   */
  Duration after(Duration lifetime) {
    if (lifetime.compareTo(RECOVERED) >= 0) {
      next = FIRST;
    }
    Duration pause = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return pause;
  }
}
