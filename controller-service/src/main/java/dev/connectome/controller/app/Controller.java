package dev.connectome.controller.app;

import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.RunSummaries;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.loop.LoopThread;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.notification.Notifications;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The controller's background work: launching, stop delivery, the watchdog, reading signatures. */
public final class Controller implements AutoCloseable {

  /** A pass that takes longer, or fails for longer, is seen by the health checks. */
  static final Duration MAX_AGE = Duration.ofMinutes(1);

  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration TIDY_INTERVAL = Duration.ofSeconds(20);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration RETENTION_INTERVAL = Duration.ofSeconds(20);

  private final Store store;
  private final Launchers launchers;
  private final StopDelivery delivery;
  private final Watchdog watchdog;
  private final RunSummaries summaries;
  private final SignatureConsumer consumer;
  private final Optional<Retention> retention;
  private final Notifications notifications;
  private final Loops loops;

  private final LoopThread launching;
  private final LoopThread delivering;
  private final List<LoopThread> threads = new ArrayList<>();

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
    this.launching = thread("launch", launchers::tick);
    this.delivering = thread("delivery", delivery::tick);
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
          launching.wake();
          delivering.wake();
        });
    launching.start(TICK);
    delivering.start(TICK);
    thread("alive", watchdog::recordAlive).start(SECOND);
    thread("watchdog", watchdog::check).start(SECOND);
    thread("summaries", summaries::deriveSome).start(SECOND);
    retention.ifPresent(runs -> thread("retention", runs::deleteExpired).start(RETENTION_INTERVAL));
    thread("files", launchers::tidy).start(TIDY_INTERVAL);
    notifications.start();
    consumer.start();
  }

  private LoopThread thread(String name, Runnable work) {
    var thread = new LoopThread(loops.add(name, MAX_AGE), work);
    threads.add(thread);
    return thread;
  }

  /** Ends the trainers of this machine and records how they ended. */
  @Override
  public void close() {
    consumer.close();
    launchers.close();
    threads.forEach(LoopThread::close);
    notifications.close();
    delivery.close();
  }
}
