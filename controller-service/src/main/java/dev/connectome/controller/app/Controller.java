package dev.connectome.controller.app;

import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.RunSummaries;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.notification.Notifications;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The controller's background work: launching, stop delivery, the watchdog, reading signatures. */
public final class Controller implements AutoCloseable {

  /** A pass that takes longer, or fails for longer, is seen by the health checks. */
  static final Duration MAX_AGE = Duration.ofMinutes(1);

  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration RETENTION_INTERVAL = Duration.ofMinutes(1);

  private final Store store;
  private final Launchers launchers;
  private final StopDelivery delivery;
  private final Watchdog watchdog;
  private final RunSummaries summaries;
  private final SignatureConsumer consumer;
  private final Optional<Retention> retention;
  private final Notifications notifications;

  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(3);
  private final Loops loops;
  private final Loop launching;
  private final Loop delivering;
  private final Loop watching;
  private final AtomicBoolean launchScheduled = new AtomicBoolean();
  private final AtomicBoolean deliveryScheduled = new AtomicBoolean();

  public Controller(
      Store store,
      Launchers launchers,
      StopDelivery delivery,
      Watchdog watchdog,
      RunSummaries summaries,
      SignatureConsumer consumer,
      Optional<Retention> retention,
      Notifications notifications,
      Loops loops) {
    this.store = store;
    this.launchers = launchers;
    this.delivery = delivery;
    this.watchdog = watchdog;
    this.summaries = summaries;
    this.consumer = consumer;
    this.retention = retention;
    this.notifications = notifications;
    this.loops = loops;
    this.launching = loops.add("launch", MAX_AGE);
    this.delivering = loops.add("delivery", MAX_AGE);
    this.watching = loops.add("watchdog", MAX_AGE);
  }

  /**
   * Takes over from an earlier controller and starts the work.
   *
   * @throws IllegalArgumentException if the settings of a launcher cannot work
   */
  public void start() {
    launchers.validate();
    store.inTransaction(
        transaction -> {
          transaction.runs().clearQuarantines();
          return transaction;
        });
    launchers.adopt();
    store.onEvent(
        () -> {
          schedule(launching, launchScheduled, launchers::tick);
          schedule(delivering, deliveryScheduled, delivery::tick);
        });
    every(TICK, Duration.ZERO, () -> schedule(launching, launchScheduled, launchers::tick));
    every(TICK, Duration.ZERO, () -> schedule(delivering, deliveryScheduled, delivery::tick));
    every(Duration.ofSeconds(1), Duration.ZERO, () -> watching.pass(this::watch));
    retention.ifPresent(
        runs -> {
          Loop deleting = loops.add("retention", MAX_AGE.plus(RETENTION_INTERVAL));
          every(RETENTION_INTERVAL, Duration.ZERO, () -> deleting.pass(runs::deleteExpired));
        });
    notifications.start();
    consumer.start();
  }

  private void watch() {
    watchdog.check();
    summaries.deriveSome();
  }

  private void every(Duration pause, Duration delay, Runnable work) {
    executor.scheduleWithFixedDelay(
        work, delay.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs the work on another thread. Requests made before it starts are merged into one. */
  private void schedule(Loop loop, AtomicBoolean scheduled, Runnable work) {
    if (!executor.isShutdown() && scheduled.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            scheduled.set(false);
            loop.pass(work);
          });
    }
  }

  /** Ends the trainers of this machine and records how they ended. */
  @Override
  public void close() {
    consumer.close();
    launchers.close();
    executor.shutdownNow();
    notifications.close();
    delivery.close();
  }
}
