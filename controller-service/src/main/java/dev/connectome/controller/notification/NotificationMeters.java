package dev.connectome.controller.notification;

import dev.connectome.controller.store.NotificationTable.Backlog;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Metrics of what is sent to each endpoint. */
public final class NotificationMeters {

  private NotificationMeters() {}

  /**
   * Adds them.
   *
   * @param backlogs by endpoint, the same on every replica
   */
  public static void register(
      Notifications notifications, Supplier<Map<String, Backlog>> backlogs, MeterRegistry metrics) {
    for (Outgoing each : notifications.outgoing()) {
      String name = each.endpoint().name();
      Supplier<Backlog> backlog = () -> backlogs.get().getOrDefault(name, Backlog.NONE);
      Gauge.builder("connectome.notifications.waiting", () -> backlog.get().waiting())
          .description("notifications that the endpoint has not taken, on every replica")
          .tag("endpoint", name)
          .register(metrics);
      TimeGauge.builder(
              "connectome.notifications.oldest",
              () -> backlog.get().oldest().toMillis(),
              TimeUnit.MILLISECONDS)
          .description("age of the oldest notification that the endpoint has not taken")
          .tag("endpoint", name)
          .register(metrics);
      count(each, "taken", Outgoing::delivered, metrics);
      count(each, "failed", Outgoing::failures, metrics);
      count(each, "given-up", Outgoing::givenUp, metrics);
    }
  }

  private static void count(
      Outgoing of, String result, ToDoubleFunction<Outgoing> count, MeterRegistry metrics) {
    FunctionCounter.builder("connectome.notifications.sent", of, count)
        .description("deliveries of notifications by this controller")
        .tag("endpoint", of.endpoint().name())
        .tag("result", result)
        .register(metrics);
  }
}
