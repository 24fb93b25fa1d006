package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that ended long ago, with their series, decisions and events, by the database's
 * clock. Their files, such as checkpoints, stay.
 */
public final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private static final String WORK = "deletion";

  private final Store store;
  private final Quarantine quarantine;
  private final Duration period;
  private final int batchSize;

  /**
   * @throws IllegalArgumentException if nothing would be kept or nothing deleted
   */
  public Retention(Store store, Quarantine quarantine, Duration period, int batchSize) {
    if (period.isZero() || period.isNegative() || batchSize < 1) {
      throw new IllegalArgumentException(
          "connectome.retention must be above 0, not %s; leave it out to keep runs for ever"
              .formatted(period));
    }
    this.store = store;
    this.quarantine = quarantine;
    this.period = period;
    this.batchSize = batchSize;
  }

  /**
   * Deletes everything that has expired, each run in a transaction of its own. Safe to run in
   * several controllers at once.
   */
  public int deleteExpired() {
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
        progress += quarantine.attempt(WORK, run, () -> delete(run)) ? 1 : 0;
      }
      deleted += progress;
    } while (expired.size() == batchSize
        && progress > 0
        && !Thread.currentThread().isInterrupted());
    if (deleted > 0) {
      LOG.info("expired runs deleted count={} retention={}", deleted, period);
    }
    return deleted;
  }

  private void delete(UUID run) {
    store.inTransaction(
        transaction -> {
          transaction.runQueue().deleteEnded(run, period);
          transaction.markChanged(run);
          return run;
        });
  }
}
