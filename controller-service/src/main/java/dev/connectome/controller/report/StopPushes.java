package dev.connectome.controller.report;

import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells open sessions of trainers of the stops of their attempts: when this controller changes a
 * run, and once a second for stops by other controllers. What changes meanwhile is read by one
 * query.
 */
public final class StopPushes implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopPushes.class);

  private final Store store;
  private final Map<UUID, Set<Session>> sessions = new ConcurrentHashMap<>();
  private final Set<UUID> changed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

  /** The open session of an attempt. Its methods do not wait. */
  public interface Session {

    UUID runUid();

    int attempt();

    /** Takes a stop that is not finished, perhaps repeatedly. */
    void stop(StopRow stop);

    /** Ends because the controller is shutting down. */
    void shutDown();
  }

  public StopPushes(Store store) {
    this.store = store;
    store.onChange(this::changed);
    executor.scheduleWithFixedDelay(
        () -> push(Set.copyOf(sessions.keySet())), 1, 1, TimeUnit.SECONDS);
  }

  /** From now on a session is told, of a stop that is under way too. */
  public void add(Session session) {
    sessions.compute(
        session.runUid(),
        (uid, others) -> {
          Set<Session> all = others == null ? ConcurrentHashMap.newKeySet() : others;
          all.add(session);
          return all;
        });
    changed(session.runUid());
  }

  /** A session has ended. */
  public void remove(Session session) {
    sessions.computeIfPresent(
        session.runUid(),
        (uid, all) -> {
          all.remove(session);
          return all.isEmpty() ? null : all;
        });
  }

  private void changed(UUID runUid) {
    if (sessions.containsKey(runUid)) {
      changed.add(runUid);
      if (scheduled.compareAndSet(false, true)) {
        try {
          executor.execute(this::pushChanged);
        } catch (RejectedExecutionException e) {
          LOG.debug("no stop is pushed any more", e);
        }
      }
    }
  }

  private void pushChanged() {
    scheduled.set(false);
    Set<UUID> runs = Set.copyOf(changed);
    changed.removeAll(runs);
    push(runs);
  }

  private void push(Set<UUID> runs) {
    if (runs.isEmpty()) {
      return;
    }
    try {
      List<StopRow> stops =
          store.inTransaction(
              transaction -> {
                List<StopRow> open =
                    transaction.stops().latest(runs).values().stream()
                        .filter(stop -> stop.finishTime().isEmpty())
                        .filter(stop -> stop.phase() != StopPhase.MOOT)
                        .filter(stop -> !sessions(stop).isEmpty())
                        .toList();
                open.stream()
                    .filter(stop -> stop.deliverTime().isEmpty())
                    .forEach(transaction.stops()::deliver);
                return open;
              });
      stops.forEach(stop -> sessions(stop).forEach(session -> tell(session, stop)));
    } catch (RuntimeException e) {
      LOG.warn("stops not pushed, will be retried error=\"{}\"", e.toString());
    }
  }

  private void tell(Session session, StopRow stop) {
    try {
      session.stop(stop);
    } catch (RuntimeException e) {
      remove(session);
      LOG.warn("session ended runId={} error=\"{}\"", session.runUid(), e.toString());
    }
  }

  private List<Session> sessions(StopRow stop) {
    return sessions.getOrDefault(stop.runUid(), Set.of()).stream()
        .filter(session -> session.attempt() == stop.attempt())
        .toList();
  }

  /** Ends all sessions; their trainers open others with another controller. */
  @Override
  public void close() {
    executor.shutdownNow();
    sessions.values().stream().flatMap(Set::stream).toList().forEach(Session::shutDown);
  }
}
