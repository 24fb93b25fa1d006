package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.RunQueue;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.util.List;

/**
 * Finds what is silent, by the database's clock. No time counts in which no controller was up or
 * the database accepted no writes: nobody could have been heard.
 */
public final class Watchdog {

  private static final String WORK = "watchdog";

  /** The longest back-off of a gRPC client that has found the controller away. */
  private static final Duration COME_BACK = Duration.ofSeconds(120);

  private static final Duration MIN_HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);

  private final Store store;
  private final Quarantine quarantine;
  private final Attempts attempts;
  private final Timeouts timeouts;
  private final String host;

  /**
   * How long trainers may be silent.
   *
   * @param registration from the start of a trainer to its registration; then the attempt has
   *     failed
   * @param heartbeat since the last heartbeat; then the run is LOST
   * @param lost since a run was LOST whose trainer cannot be observed; then it has failed
   * @param hung since a run was LOST whose trainer is still there; then the trainer is terminated
   *     and the run tried again. Zero for never.
   */
  public record Timeouts(Duration registration, Duration heartbeat, Duration lost, Duration hung) {

    /** How long a trainer with this interval between heartbeats may be silent. */
    public static Duration heartbeat(Duration interval) {
      Duration missed = interval.multipliedBy(3);
      return missed.compareTo(MIN_HEARTBEAT_TIMEOUT) < 0 ? MIN_HEARTBEAT_TIMEOUT : missed;
    }

    /** How long nobody may have been up before the clocks of runs begin anew. */
    public Duration maxGap() {
      return heartbeat.dividedBy(2);
    }
  }

  public Watchdog(
      Store store, Quarantine quarantine, Attempts attempts, Timeouts timeouts, String host) {
    this.store = store;
    this.quarantine = quarantine;
    this.attempts = attempts;
    this.timeouts = timeouts;
    this.host = host;
  }

  /** Keeps the clocks of runs running, however long a check takes. */
  public void recordAlive() {
    store.inTransaction(
        transaction -> {
          transaction.installation().recordAlive(timeouts.maxGap());
          return transaction;
        });
  }

  /** Returns how many runs it marked LOST. */
  public int check() {
    recordAlive();
    failUnregistered();
    int lost =
        quarantine.forEach(
            WORK,
            (transaction, except) ->
                transaction.runQueue().lockWithoutHeartbeat(timeouts.heartbeat(), except),
            this::lose);
    var unobservable = new RunQueue.Lost(timeouts.lost(), COME_BACK);
    quarantine.forEach(
        WORK,
        (transaction, except) ->
            transaction.runQueue().lockUnobservable(unobservable, host, except),
        this::closeUnobservable);
    if (!timeouts.hung().isZero()) {
      var hung = new RunQueue.Lost(timeouts.hung(), COME_BACK);
      quarantine.forEach(
          WORK,
          (transaction, except) -> transaction.runQueue().lockHung(hung, host, except),
          this::terminateHung);
    }
    quarantine.tidy();
    return lost;
  }

  private void lose(Transaction transaction, RunRow run) {
    transaction.move(
        run,
        RunState.LOST,
        Actor.CONTROLLER,
        "no heartbeat for %d s".formatted(timeouts.heartbeat().toSeconds()));
  }

  private void closeUnobservable(Transaction transaction, RunRow run) {
    transaction.stops().giveUp(run.uid());
    transaction.attempts().end(run.uid(), run.attempt());
    boolean stopping = run.effectiveState() == RunState.STOPPING;
    transaction.move(
        run,
        stopping ? RunState.STOPPED : RunState.FAILED,
        Actor.CONTROLLER,
        "its trainer has been silent for %d s".formatted(timeouts.lost().toSeconds()));
  }

  private void terminateHung(Transaction transaction, RunRow run) {
    transaction.attempts().setWanted(run.uid(), run.attempt(), Wanted.GONE);
    transaction.event(
        run,
        run.state(),
        EventKind.Own.TRAINER_HUNG,
        Actor.CONTROLLER,
        "its trainer is there and has been silent for %d s; it is terminated"
            .formatted(timeouts.hung().toSeconds()));
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
