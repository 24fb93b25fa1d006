package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that ended long ago, with their series, decisions and events, by the database's
 * clock. Controllers delete the files of local runs later.
 */
public final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private static final String WORK = "deletion";

  /** What is left after it is deleted by the next pass. */
  private static final Duration PASS = Duration.ofSeconds(20);

  private final Store store;
  private final Quarantine quarantine;
  private final Duration period;
  private final int batchSize;
  private final InstantSource clock;

  /**
   * @throws IllegalArgumentException if nothing would be kept or nothing deleted
   */
  public Retention(
      Store store, Quarantine quarantine, Duration period, int batchSize, InstantSource clock) {
    if (period.isZero() || period.isNegative() || batchSize < 1) {
      throw new IllegalArgumentException(
          "connectome.retention must be above 0, not %s; leave it out to keep runs for ever"
              .formatted(period));
    }
    this.store = store;
    this.quarantine = quarantine;
    this.period = period;
    this.batchSize = batchSize;
    this.clock = clock;
  }

  /**
   * Deletes what has expired, as much as a pass has time for, and returns how many runs. Safe to
   * run in several controllers at once.
   */
  public int deleteExpired() {
    Instant end = clock.instant().plus(PASS);
    int deleted = 0;
    List<UUID> expired;
    int progress;
    do {
      expired =
          store.inTransaction(
              transaction ->
                  transaction.runQueue().ended(period, quarantine.held(WORK), batchSize));
      progress = 0;
      for (UUID run : expired) {
        progress += isOver(end) || !delete(run, end) ? 0 : 1;
      }
      deleted += progress;
    } while (expired.size() == batchSize && progress > 0 && !isOver(end));
    if (deleted > 0) {
      LOG.info("expired runs deleted count={} retention={}", deleted, period);
    }
    return deleted;
  }

  private boolean isOver(Instant end) {
    return !clock.instant().isBefore(end) || Thread.currentThread().isInterrupted();
  }

  /** Returns whether the run is deleted; what remains of it is deleted by a later pass. */
  private boolean delete(UUID run, Instant end) {
    var remains = new boolean[] {true};
    boolean done = true;
    while (done && remains[0] && !isOver(end)) {
      done = quarantine.attempt(WORK, run, () -> remains[0] = deleteStep(run));
    }
    return done && !remains[0];
  }

  /**
   * Deletes a part of a run's history, or the run once there is none. Each step makes sure that
   * nobody has resumed the run. Returns whether anything remains.
   */
  private boolean deleteStep(UUID run) {
    return store.inTransaction(
        transaction -> {
          if (!transaction.runQueue().lockEnded(run, period)) {
            return false;
          }
          if (transaction.runs().deleteHistory(run)) {
            return true;
          }
          transaction.runs().delete(run);
          transaction.markChanged(run);
          return false;
        });
  }
}
