package dev.connectome.controller.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What settings may be. All that is wrong is said at once, before anything starts. */
public final class SettingsCheck {

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration TEN_YEARS = Duration.ofDays(3650);

  private final List<String> problems = new ArrayList<>();

  private SettingsCheck() {}

  /**
   * The same settings.
   *
   * @throws IllegalArgumentException with a sentence for each that is wrong
   */
  public static ControllerSettings checked(ControllerSettings settings) {
    var check = new SettingsCheck();
    check.duration("heartbeat-interval", Duration.ofMillis(100), settings.heartbeatInterval(), DAY);
    check.duration(
        "external-lost-timeout", Duration.ofSeconds(1), settings.externalLostTimeout(), TEN_YEARS);
    check.duration("start-timeout", Duration.ofSeconds(1), settings.startTimeout(), TEN_YEARS);
    check.duration("stop-grace", Duration.ofMillis(100), settings.stopGrace(), DAY);
    check.duration(
        "stop-grace-end-of-epoch",
        Duration.ofMillis(100),
        settings.stopGraceEndOfEpoch(),
        TEN_YEARS);
    check.duration("lost-timeout", Duration.ZERO, settings.lostTimeout(), TEN_YEARS);
    check.number("max-failures", 1, settings.maxFailures(), 1_000_000);
    check.number("max-interruptions", 1, settings.maxInterruptions(), 1_000_000);
    check.duration("longest-pause", Duration.ZERO, settings.longestPause(), DAY);
    check.duration("retry-pause", Duration.ZERO, settings.retryPause(), settings.longestPause());
    check.duration(
        "interruption-pause", Duration.ZERO, settings.interruptionPause(), settings.longestPause());
    NotificationSettings notifications = settings.notifications();
    check.duration("notifications.longest-pause", Duration.ZERO, notifications.longestPause(), DAY);
    check.duration(
        "notifications.first-pause",
        Duration.ZERO,
        notifications.firstPause(),
        notifications.longestPause());
    check.duration(
        "notifications.give-up-after",
        Duration.ofSeconds(1),
        notifications.giveUpAfter(),
        TEN_YEARS);
    settings
        .retention()
        .ifPresent(time -> check.duration("retention", Duration.ofSeconds(1), time, TEN_YEARS));
    check.number(
        "launch.local.max-concurrent-runs",
        0,
        settings.launch().local().maxConcurrentRuns(),
        1_000_000);
    KubernetesLaunchSettings kubernetes = settings.launch().kubernetes();
    check.number(
        "launch.kubernetes.max-concurrent-runs", 0, kubernetes.maxConcurrentRuns(), 1_000_000);
    check.duration(
        "launch.kubernetes.keep-finished", Duration.ZERO, kubernetes.keepFinished(), TEN_YEARS);
    double rate = kubernetes.requestsPerSecond();
    if (!(rate > 0 && rate <= 1e6)) {
      check.add(
          "launch.kubernetes.requests-per-second", "must be above 0 and at most 1000000", rate);
    }
    if (!check.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", check.problems));
    }
    return settings;
  }

  private void duration(String name, Duration least, Duration value, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      add(name, "must be %s to %s".formatted(text(least), text(most)), text(value));
    }
  }

  private void number(String name, int least, int value, int most) {
    if (value < least || value > most) {
      add(name, "must be %d to %d".formatted(least, most), value);
    }
  }

  private void add(String name, String rule, Object value) {
    problems.add("connectome.%s %s, not %s".formatted(name, rule, value));
  }

  private static String text(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }
}
