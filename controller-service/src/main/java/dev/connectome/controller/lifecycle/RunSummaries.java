package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.controller.store.HeartbeatTable.Unread;
import dev.connectome.controller.store.RunTable;
import dev.connectome.controller.store.Store;
import java.util.List;
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

  private final Store store;
  private final Quarantine quarantine;
  private boolean complete;

  public RunSummaries(Store store, Quarantine quarantine) {
    this.store = store;
    this.quarantine = quarantine;
  }

  /** Derives them for some runs; does nothing once all of them have them. */
  public void deriveSome() {
    if (complete) {
      return;
    }
    Set<UUID> held = quarantine.held(WORK);
    List<Unread> runs =
        store.inTransaction(transaction -> transaction.heartbeats().unread(BATCH + held.size()));
    runs.forEach(
        run ->
            quarantine.attempt(
                WORK,
                run.runUid(),
                () ->
                    store.inTransaction(
                        transaction -> {
                          // No signature is stored meanwhile: it would be in neither.
                          transaction.runs().lock(run.runUid());
                          transaction.ranges().derive(List.of(run.runUid()));
                          transaction
                              .heartbeats()
                              .setMetrics(
                                  run.runUid(),
                                  run.progress()
                                      .map(TrainerReports::progress)
                                      .map(one -> TrainerReports.metricsJson(one.getMetricsMap()))
                                      .orElse(NO_METRICS),
                                  run.outcome()
                                      .map(OutcomeCodec::stored)
                                      .map(RunTable.Outcome::metrics)
                                      .orElse(NO_METRICS));
                          return run;
                        })));
    complete = runs.isEmpty();
  }
}
