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

  /** Work that nobody has tried again for so long has become needless. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

  /** What is not shown at once is shown later: nobody waits for it. */
  private static final Duration SHOWING_LOCK_WAIT = Duration.ofMillis(50);

  /** A run that somebody else has locked for longer is tried again later, after the others. */
  private static final Duration LOCK_WAIT = Duration.ofMillis(300);

  /** A conflict or a statement that took too long seldom comes again. */
  private static final int TIMES_UNTIL_SHOWN = 3;

  private final Store store;
  private final InstantSource clock;
  private final Map<Key, Failure> failures = new ConcurrentHashMap<>();

  /** Runs that do not show yet what fails. */
  private final Set<UUID> unshown = ConcurrentHashMap.newKeySet();

  private record Key(String work, UUID runUid) {}

  /**
   * Work that has failed several times in a row.
   *
   * @param text what the run shows; empty if it shows nothing
   */
  private record Failure(int count, Instant retryAt, String text) {}

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
      store.waitingForLocksAtMost(LOCK_WAIT, action);
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
                  transaction.waitForLocksAtMost(LOCK_WAIT);
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

  /** Work on a run was done, or is needless now. */
  public void release(String work, UUID runUid) {
    Failure removed = failures.remove(new Key(work, runUid));
    if (removed != null && !removed.text().isEmpty()) {
      show(runUid);
    }
  }

  /**
   * Releases runs that were deleted, and work that nobody tries any more; shows what could not be
   * shown before.
   *
   * @throws RuntimeException only if the database has failed
   */
  public void tidy() {
    Instant forgotten = clock.instant().minus(FORGOTTEN_AFTER);
    failures.forEach(
        (key, failure) -> {
          if (failure.retryAt().isBefore(forgotten) && failures.remove(key, failure)) {
            unshown.add(key.runUid());
          }
        });
    Set<UUID> runs =
        failures.keySet().stream().map(Key::runUid).collect(Collectors.toCollection(HashSet::new));
    if (!runs.isEmpty()) {
      runs.removeAll(store.inTransaction(transaction -> transaction.runs().existing(runs)));
      failures.keySet().removeIf(key -> runs.contains(key.runUid()));
    }
    unshown.forEach(this::show);
  }

  /** Runs whose work has failed and was not done since. */
  public Set<UUID> failing(String work) {
    return failures.keySet().stream()
        .filter(key -> key.work().equals(work))
        .map(Key::runUid)
        .collect(Collectors.toSet());
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
    Optional<Failure> before = Optional.ofNullable(failures.get(key));
    int count = 1 + before.map(Failure::count).orElse(0);
    long pause = FIRST_PAUSE.toMillis() << Math.min(count - 1, 20);
    Duration wait = Duration.ofMillis(Math.min(pause, LONGEST_PAUSE.toMillis()));
    Instant retryAt = clock.instant().plus(wait);
    boolean perhapsPassing = DatabaseFault.of(e).isPresent();
    if (perhapsPassing && count < TIMES_UNTIL_SHOWN) {
      failures.put(key, new Failure(count, retryAt, before.map(Failure::text).orElse("")));
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
    failures.put(
        key,
        new Failure(
            count,
            retryAt,
            text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH)));
    show(key.runUid());
  }

  private String text(UUID runUid) {
    return failures.entrySet().stream()
        .filter(entry -> entry.getKey().runUid().equals(runUid))
        .map(entry -> entry.getValue().text())
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The run is locked before it is read what fails, so that the last who writes knows all. */
  private void show(UUID runUid) {
    try {
      store.inTransaction(
          transaction -> {
            transaction.waitForLocksAtMost(SHOWING_LOCK_WAIT);
            Optional<RunRow> run = transaction.runs().lock(runUid);
            unshown.remove(runUid);
            String text = text(runUid);
            if (run.filter(row -> !row.quarantine().equals(text)).isPresent()) {
              transaction.runs().setQuarantine(runUid, text);
              transaction.markChanged(runUid);
            }
            return text;
          });
    } catch (RuntimeException e) {
      unshown.add(runUid);
      LOG.debug("quarantine not shown, will be retried runId={}", runUid, e);
    }
  }
}
