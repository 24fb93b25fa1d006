package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that ended long ago, with their series, decisions and events, by the database's
 * clock. Their files, checkpoints above all, stay where they are.
 */
public final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final Store store;
  private final Duration keep;
  private final int batch;

  /**
   * Makes a retention.
   *
   * @param store the database
   * @param keep how long a run is kept after its end
   * @param batch how many runs are deleted in one transaction, so that none is long
   * @throws IllegalArgumentException if nothing would be kept or nothing deleted
   */
  public Retention(Store store, Duration keep, int batch) {
    if (keep.isZero() || keep.isNegative() || batch < 1) {
      throw new IllegalArgumentException(
          "connectome.retention must be above 0, not %s; leave it out to keep runs for ever"
              .formatted(keep));
    }
    this.store = store;
    this.keep = keep;
    this.batch = batch;
  }

  /**
   * Deletes all that are due, a batch at a time. Several controllers may do so at once.
   *
   * @return how many runs were deleted
   */
  public int work() {
    int deleted = 0;
    List<UUID> last;
    do {
      last =
          store.inTransaction(
              transaction -> {
                List<UUID> gone = transaction.runQueue().deleteEnded(keep, batch);
                gone.forEach(transaction::touched);
                return gone;
              });
      deleted += last.size();
    } while (last.size() == batch && !Thread.currentThread().isInterrupted());
    if (deleted > 0) {
      LOG.info("old runs deleted count={} endedBefore={}", deleted, keep);
    }
    return deleted;
  }
}
