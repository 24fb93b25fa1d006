package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.RunTable;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Derives what lists select and order by, metrics and the ranges of series, for the runs of a
 * release that did not store it.
 */
public final class RunSummaries {

  private static final String WORK = "summary";
  private static final int BATCH = 20;
  private static final String NO_METRICS = "{}";

  /** A controller of the earlier release may add some meanwhile. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

  /** For those that fail. */
  private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

  private final Store store;
  private final Quarantine quarantine;
  private final InstantSource clock;
  private Instant nextLook = Instant.MIN;

  public RunSummaries(Store store, Quarantine quarantine, InstantSource clock) {
    this.store = store;
    this.quarantine = quarantine;
    this.clock = clock;
  }

  /** Derives them for some runs; looks seldom once all of them have them. */
  public void deriveSome() {
    if (clock.instant().isBefore(nextLook)) {
      return;
    }
    Set<UUID> held = quarantine.held(WORK);
    List<UUID> runs =
        store.inTransaction(transaction -> transaction.heartbeats().unread(held, BATCH));
    runs.forEach(
        run ->
            quarantine.attempt(
                WORK, run, () -> store.inTransaction(transaction -> derive(transaction, run))));
    if (runs.isEmpty()) {
      boolean complete = quarantine.failing(WORK).isEmpty();
      nextLook = clock.instant().plus(complete ? LOOK_AGAIN : TRY_AGAIN);
    }
  }

  /** The run is locked: what a signature or an outcome adds meanwhile would be in neither. */
  private static Optional<RunRow> derive(Transaction transaction, UUID uid) {
    Optional<RunRow> locked = transaction.runs().lock(uid);
    locked.ifPresent(
        run -> {
          transaction.ranges().derive(List.of(uid));
          transaction
              .heartbeats()
              .setMetrics(
                  uid,
                  run.progress()
                      .map(TrainerReports::progress)
                      .map(one -> TrainerReports.metricsJson(one.getMetricsMap()))
                      .orElse(NO_METRICS),
                  run.outcome()
                      .map(OutcomeCodec::stored)
                      .map(RunTable.Outcome::metrics)
                      .orElse(NO_METRICS));
        });
    return locked;
  }
}
