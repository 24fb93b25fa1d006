package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Marks runs LOST whose heartbeats are missing, by the database's clock. While the database accepts
 * no writes, or this process is suspended, heartbeats cannot be recorded; afterwards trainers get a
 * full heartbeat timeout before they are marked LOST.
 */
public final class Watchdog {

  private static final String WORK = "watchdog";

  private final Store store;
  private final Quarantine quarantine;
  private final Attempts attempts;
  private final Timeouts timeouts;
  private final String host;
  private Instant lastCheck = Instant.MIN;
  private Instant graceStart = Instant.MIN;

  /**
   * How long trainers may be silent.
   *
   * @param registration from the start of a trainer to its registration; then the attempt has
   *     failed
   * @param heartbeat since the last heartbeat; then the run is LOST
   * @param lost since the last heartbeat of a run whose trainer cannot be observed; then it has
   *     failed
   */
  public record Timeouts(Duration registration, Duration heartbeat, Duration lost) {}

  public Watchdog(
      Store store, Quarantine quarantine, Attempts attempts, Timeouts timeouts, String host) {
    this.store = store;
    this.quarantine = quarantine;
    this.attempts = attempts;
    this.timeouts = timeouts;
    this.host = host;
  }

  /** Returns how many runs it marked LOST. */
  public int check() {
    Instant now = store.inTransaction(transaction -> transaction.installation().write());
    if (!lastCheck.equals(Instant.MIN)
        && Duration.between(lastCheck, now).abs().compareTo(timeouts.heartbeat().dividedBy(2))
            > 0) {
      graceStart = now;
    }
    lastCheck = now;
    if (now.isBefore(graceStart.plus(timeouts.heartbeat()))) {
      return 0;
    }
    failUnregistered();
    int lost =
        quarantine.forEach(
            WORK,
            (transaction, except) ->
                transaction.runQueue().lockWithoutHeartbeat(timeouts.heartbeat(), except),
            this::lose);
    quarantine.forEach(
        WORK,
        (transaction, except) ->
            transaction.runQueue().lockUnobservable(timeouts.lost(), host, except),
        this::giveUp);
    return lost;
  }

  private void lose(Transaction transaction, RunRow run) {
    transaction.move(
        run,
        RunState.LOST,
        "controller",
        "no heartbeat for %d s".formatted(timeouts.heartbeat().toSeconds()));
  }

  private void giveUp(Transaction transaction, RunRow run) {
    transaction.stops().finish(run.uid(), "DONE");
    transaction.attempts().end(run.uid(), run.attempt());
    boolean stopping = run.effectiveState() == RunState.STOPPING;
    transaction.move(
        run,
        stopping ? RunState.STOPPED : RunState.FAILED,
        "controller",
        "its trainer has been silent for %d s".formatted(timeouts.lost().toSeconds()));
  }

  private void failUnregistered() {
    List<RunRow> late =
        store.inTransaction(
            transaction -> transaction.runQueue().unregistered(timeouts.registration()));
    for (RunRow run : late) {
      quarantine.attempt(
          WORK,
          run.uid(),
          () ->
              attempts.endUnregistered(
                  run.uid(),
                  run.attempt(),
                  "its trainer has not registered within %d s"
                      .formatted(timeouts.registration().toSeconds())));
    }
  }
}
