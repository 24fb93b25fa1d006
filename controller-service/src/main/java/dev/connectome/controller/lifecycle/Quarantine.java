package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.DatabaseFault;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run that cannot be processed from standing in the way of others: its work is retried with
 * backoff, and the run shows why. A database that fails for all runs is no fault of the run.
 */
public final class Quarantine {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final int MAX_MESSAGE_LENGTH = 500;

  /** A conflict or a statement that took too long seldom comes again. */
  private static final int TIMES_UNTIL_SHOWN = 3;

  private final Store store;
  private final InstantSource clock;
  private final Map<Key, Failure> failures = new ConcurrentHashMap<>();

  private record Key(String work, UUID runUid) {}

  private record Failure(int count, Instant retryAt) {}

  public Quarantine(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Does work on a run, unless it has failed lately. Returns whether it was done.
   *
   * @throws RuntimeException only if the database has failed for all runs
   */
  public boolean attempt(String work, UUID runUid, Runnable action) {
    return attempt(work, runUid, action, Quarantine::isOutage);
  }

  /**
   * The same for work whose caller repeats it.
   *
   * @throws RuntimeException only if the database has failed, for all runs or for this one
   */
  public boolean attemptOrThrow(String work, UUID runUid, Runnable action) {
    return attempt(work, runUid, action, DatabaseFault::isRetryable);
  }

  private boolean attempt(
      String work, UUID runUid, Runnable action, Predicate<RuntimeException> thrown) {
    var key = new Key(work, runUid);
    Failure before = failures.get(key);
    if (before != null && clock.instant().isBefore(before.retryAt())) {
      return false;
    }
    try {
      action.run();
    } catch (RuntimeException e) {
      if (thrown.test(e)) {
        throw e;
      }
      hold(key, e);
      return false;
    }
    release(work, runUid);
    return true;
  }

  private static boolean isOutage(RuntimeException e) {
    return DatabaseFault.of(e).filter(DatabaseFault::isForAll).isPresent();
  }

  /**
   * Does work on one run after the other, each in a transaction of its own, until none is left.
   * Returns on how many it was done.
   *
   * @param lockNext locks the next run, which is none of the given ones; empty if there is none
   * @throws RuntimeException only if the database has failed
   */
  public int forEach(
      String work,
      BiFunction<Transaction, Set<UUID>, Optional<RunRow>> lockNext,
      BiConsumer<Transaction, RunRow> action) {
    int done = 0;
    Set<UUID> except = held(work);
    Optional<UUID> next = next(work, except, lockNext, action);
    while (next.isPresent()) {
      except.add(next.get());
      done += held(work).contains(next.get()) ? 0 : 1;
      next = next(work, except, lockNext, action);
    }
    return done;
  }

  /** The run that was taken, whether or not the work on it was done. */
  Optional<UUID> next(
      String work,
      Set<UUID> except,
      BiFunction<Transaction, Set<UUID>, Optional<RunRow>> lockNext,
      BiConsumer<Transaction, RunRow> action) {
    var taken = new UUID[1];
    try {
      store.inTransaction(
          transaction -> {
            Optional<RunRow> run = lockNext.apply(transaction, except);
            run.ifPresent(
                row -> {
                  taken[0] = row.uid();
                  action.accept(transaction, row);
                });
            return run;
          });
    } catch (RuntimeException e) {
      if (taken[0] == null || isOutage(e)) {
        throw e;
      }
      hold(new Key(work, taken[0]), e);
      return Optional.of(taken[0]);
    }
    Optional<UUID> run = Optional.ofNullable(taken[0]);
    run.ifPresent(uid -> release(work, uid));
    return run;
  }

  /** Work on a run was done. */
  public void release(String work, UUID runUid) {
    if (failures.remove(new Key(work, runUid)) != null) {
      show(runUid, "");
    }
  }

  /** Runs whose work has failed lately and that are not to be tried yet; a mutable set. */
  public Set<UUID> held(String work) {
    Instant now = clock.instant();
    return failures.entrySet().stream()
        .filter(entry -> entry.getKey().work().equals(work))
        .filter(entry -> now.isBefore(entry.getValue().retryAt()))
        .map(entry -> entry.getKey().runUid())
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** How many runs are held. */
  public int size() {
    return (int) failures.keySet().stream().map(Key::runUid).distinct().count();
  }

  /** Work on a run has failed. */
  public void hold(String work, UUID runUid, RuntimeException e) {
    hold(new Key(work, runUid), e);
  }

  private void hold(Key key, RuntimeException e) {
    int count = 1 + Optional.ofNullable(failures.get(key)).map(Failure::count).orElse(0);
    long pause = FIRST_PAUSE.toMillis() << Math.min(count - 1, 20);
    Duration wait = Duration.ofMillis(Math.min(pause, LONGEST_PAUSE.toMillis()));
    failures.put(key, new Failure(count, clock.instant().plus(wait)));
    boolean perhapsPassing = DatabaseFault.of(e).isPresent();
    if (perhapsPassing && count < TIMES_UNTIL_SHOWN) {
      LOG.debug("work failed, will be retried work={} runId={}", key.work(), key.runUid(), e);
      return;
    }
    if (count == (perhapsPassing ? TIMES_UNTIL_SHOWN : 1)) {
      LOG.error("run quarantined work={} runId={}", key.work(), key.runUid(), e);
    } else {
      LOG.warn(
          "run still quarantined work={} runId={} failures={} error=\"{}\"",
          key.work(),
          key.runUid(),
          count,
          e.toString());
    }
    String text = "quarantined: %s fails, %s".formatted(key.work(), e);
    show(
        key.runUid(),
        text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH));
  }

  private void show(UUID runUid, String text) {
    try {
      store.inTransaction(
          transaction -> {
            transaction.runs().setQuarantine(runUid, text);
            transaction.markChanged(runUid);
            return text;
          });
    } catch (RuntimeException e) {
      LOG.warn("quarantine not shown runId={} error=\"{}\"", runUid, e.toString());
    }
  }
}
