package dev.connectome.controller.app;

import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The controller's background work: launching, stop delivery, the watchdog, reading signatures. */
public final class Controller implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration RETENTION_INTERVAL = Duration.ofMinutes(1);

  private final Launchers launchers;
  private final StopDelivery delivery;
  private final Watchdog watchdog;
  private final SignatureConsumer consumer;
  private final Optional<Retention> retention;

  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(3);
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean launchScheduled = new AtomicBoolean();
  private final AtomicBoolean deliveryScheduled = new AtomicBoolean();

  public Controller(
      Store store,
      Launchers launchers,
      StopDelivery delivery,
      Watchdog watchdog,
      SignatureConsumer consumer,
      Optional<Retention> retention) {
    this.launchers = launchers;
    this.delivery = delivery;
    this.watchdog = watchdog;
    this.consumer = consumer;
    this.retention = retention;
    store.onEvent(
        () -> {
          schedule("launch", launchScheduled, launchers::tick);
          schedule("delivery", deliveryScheduled, delivery::tick);
        });
  }

  /**
   * Takes over from an earlier controller and starts the work.
   *
   * @throws IllegalArgumentException if the settings of a launcher cannot work
   */
  public void start() {
    launchers.validate();
    launchers.adopt();
    every(TICK, Duration.ZERO, () -> schedule("launch", launchScheduled, launchers::tick));
    every(TICK, Duration.ZERO, () -> schedule("delivery", deliveryScheduled, delivery::tick));
    every(Duration.ofSeconds(1), Duration.ZERO, () -> runLogged("watchdog", watchdog::check));
    retention.ifPresent(
        runs ->
            every(
                RETENTION_INTERVAL,
                Duration.ZERO,
                () -> runLogged("retention", runs::deleteExpired)));
    consumer.start();
  }

  private void every(Duration pause, Duration delay, Runnable work) {
    executor.scheduleWithFixedDelay(
        work, delay.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs the work on another thread. Requests made before it starts are merged into one. */
  private void schedule(String name, AtomicBoolean scheduled, Runnable work) {
    if (!executor.isShutdown() && scheduled.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            scheduled.set(false);
            runLogged(name, work);
          });
    }
  }

  /** Logs the first of a series of failures and the recovery; the next tick tries again. */
  private void runLogged(String name, Runnable work) {
    try {
      work.run();
      if (failing.remove(name)) {
        LOG.info("{} recovered", name);
      }
    } catch (RuntimeException e) {
      if (failing.add(name)) {
        LOG.warn("{} failed, will be retried error=\"{}\"", name, e.toString());
      } else {
        LOG.debug("{} still fails", name, e);
      }
    }
  }

  /** Ends the trainers of this machine and records how they ended. */
  @Override
  public void close() {
    consumer.close();
    launchers.close();
    executor.shutdownNow();
    delivery.close();
  }
}
