package dev.connectome.controller.app;

import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launcher;
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

/** What the controller does by itself: launch, deliver, look for lost runs, read signatures. */
public final class Controller implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration RETENTION_LOOK = Duration.ofMinutes(1);

  private final Launcher launcher;
  private final StopDelivery delivery;
  private final Watchdog watchdog;
  private final SignatureConsumer consumer;
  private final Optional<Retention> retention;
  private final Duration quietStart;
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(3);
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean launching = new AtomicBoolean();
  private final AtomicBoolean delivering = new AtomicBoolean();

  /**
   * Puts the parts together.
   *
   * @param store tells what changes
   * @param launcher starts trainers
   * @param delivery brings them stop commands
   * @param watchdog finds those that are lost
   * @param consumer reads signatures
   * @param retention deletes old runs, if any shall be
   * @param quietStart how long heartbeats may be missing after a start, since nobody heard them
   *     before it
   */
  public Controller(
      Store store,
      Launcher launcher,
      StopDelivery delivery,
      Watchdog watchdog,
      SignatureConsumer consumer,
      Optional<Retention> retention,
      Duration quietStart) {
    this.launcher = launcher;
    this.delivery = delivery;
    this.watchdog = watchdog;
    this.consumer = consumer;
    this.retention = retention;
    this.quietStart = quietStart;
    store.onEvent(
        () -> {
          soon("launch", launching, launcher::work);
          soon("delivery", delivering, delivery::work);
        });
  }

  /** Takes up what a former controller left and begins. */
  public void start() {
    launcher.adopt();
    every(LOOK, Duration.ZERO, () -> soon("launch", launching, launcher::work));
    every(LOOK, Duration.ZERO, () -> soon("delivery", delivering, delivery::work));
    every(Duration.ofSeconds(1), quietStart, () -> guarded("watchdog", watchdog::look));
    retention.ifPresent(
        old -> every(RETENTION_LOOK, Duration.ZERO, () -> guarded("retention", old::work)));
    consumer.start();
  }

  private void every(Duration pause, Duration delay, Runnable work) {
    executor.scheduleWithFixedDelay(
        work, delay.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Does the work on another thread; requests that come while one waits are the same request. */
  private void soon(String what, AtomicBoolean waiting, Runnable work) {
    if (!executor.isShutdown() && waiting.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            waiting.set(false);
            guarded(what, work);
          });
    }
  }

  /** What fails is tried again, and told once until it works again. */
  private void guarded(String what, Runnable work) {
    try {
      work.run();
      if (failing.remove(what)) {
        LOG.info("{} works again", what);
      }
    } catch (RuntimeException e) {
      if (failing.add(what)) {
        LOG.warn("{} failed, will be tried again error=\"{}\"", what, e.toString());
      } else {
        LOG.debug("{} still fails", what, e);
      }
    }
  }

  /** Ends the trainers of this machine, notes how they ended, and lets go of everything. */
  @Override
  public void close() {
    consumer.close();
    launcher.close();
    executor.shutdownNow();
    delivery.close();
  }
}
