package dev.connectome.controller.notification;

import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.NotificationSettings;
import dev.connectome.controller.store.DeliveryRow;
import dev.connectome.controller.store.NotificationRow;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells endpoints what happened, at least once and in the order of each run. Every endpoint has a
 * thread and a backlog of its own: one that is away delays no other and nothing else.
 */
public final class Notifications implements AutoCloseable {

  private static final Duration TICK = Duration.ofMillis(500);
  private static final int BATCH = 500;

  private final Store store;
  private final Duration giveUpAfter;
  private final List<Outgoing> outgoing;
  private final Loop spreading;
  private final List<Loop> sending;
  private final ScheduledExecutorService executor;

  /**
   * As the settings want it.
   *
   * @param maxAge how long a loop may take from one pass to the next
   * @throws IllegalArgumentException if an endpoint cannot work
   */
  public static Notifications of(
      Store store, ControllerSettings settings, Loops loops, Duration maxAge) {
    NotificationSettings wanted = settings.notifications();
    return new Notifications(
        store,
        NotificationEndpoints.of(settings),
        wanted.giveUpAfter(),
        new Backoff(wanted.firstPause(), wanted.longestPause()),
        loops,
        maxAge);
  }

  /**
   * @param giveUpAfter after this long, what an endpoint has not taken is deleted
   * @param backoff pauses after failures
   */
  Notifications(
      Store store,
      List<Endpoint> endpoints,
      Duration giveUpAfter,
      Backoff backoff,
      Loops loops,
      Duration maxAge) {
    this.store = store;
    this.giveUpAfter = giveUpAfter;
    outgoing =
        endpoints.stream()
            .map(each -> new Outgoing(store, each, backoff, InstantSource.system()))
            .toList();
    spreading = loops.add("notifications", maxAge);
    sending =
        endpoints.stream().map(each -> loops.add("notifications-" + each.name(), maxAge)).toList();
    executor = Executors.newScheduledThreadPool(1 + endpoints.size());
  }

  /** One for each endpoint, for metrics. */
  List<Outgoing> outgoing() {
    return outgoing;
  }

  public void start() {
    every(() -> spreading.pass(this::spread));
    for (int i = 0; i < outgoing.size(); i++) {
      Loop loop = sending.get(i);
      Outgoing each = outgoing.get(i);
      every(() -> loop.pass(each::sendDue));
    }
  }

  private void every(Runnable work) {
    executor.scheduleWithFixedDelay(work, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void spread() {
    int taken;
    do {
      taken =
          store.inTransaction(tx -> copy(tx.installation().uid(), tx.notifications().take(BATCH)));
    } while (taken == BATCH);
    store
        .inTransaction(tx -> tx.notifications().deleteOlderThan(giveUpAfter))
        .forEach(
            (name, count) ->
                outgoing.stream()
                    .filter(each -> each.endpoint().name().equals(name))
                    .forEach(each -> each.gaveUp(count)));
  }

  /** Within the transaction that takes them. */
  private int copy(UUID installation, List<NotificationRow> notifications) {
    var events = new CloudEvents(installation);
    List<DeliveryRow> deliveries = new ArrayList<>();
    for (NotificationRow each : notifications) {
      for (Outgoing to : outgoing) {
        if (to.endpoint().wants(each.notice())) {
          deliveries.add(
              new DeliveryRow(
                  to.endpoint().name(),
                  each.id(),
                  each.orderKey(),
                  CloudEvents.id(each),
                  events.json(each),
                  0));
        }
      }
    }
    store.inTransaction(
        tx -> {
          tx.notifications().insert(deliveries);
          return deliveries;
        });
    return notifications.size();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    outgoing.forEach(each -> each.endpoint().close());
  }
}
