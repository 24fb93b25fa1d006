package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Finds the runs whose trainers are not heard of, by the database's clock. While the database takes
 * no writes nobody is heard, and that is no trainer's fault: after such a time, or one in which
 * this process was suspended, trainers get as long to be heard as they may be silent.
 */
public final class Watchdog {

  private final Store store;
  private final Attempts attempts;
  private final Limits limits;
  private final String host;
  private Instant lastLook = Instant.MIN;
  private Instant listeningSince = Instant.MIN;

  /**
   * How long trainers may be silent.
   *
   * @param start from the start of a trainer to its registration; then the attempt has failed
   * @param lost between heartbeats; then a run is LOST
   * @param forsaken of a run whose trainer nobody here can look at; then it has failed
   */
  public record Limits(Duration start, Duration lost, Duration forsaken) {}

  /**
   * Makes a watchdog.
   *
   * @param store the database
   * @param attempts ends those that never began
   * @param limits how long trainers may be silent
   * @param host what this machine is called
   */
  public Watchdog(Store store, Attempts attempts, Limits limits, String host) {
    this.store = store;
    this.attempts = attempts;
    this.limits = limits;
    this.host = host;
  }

  /**
   * Looks once.
   *
   * @return how many runs were found LOST
   */
  public int look() {
    Instant now = store.inTransaction(transaction -> transaction.installation().write());
    if (!lastLook.equals(Instant.MIN)
        && Duration.between(lastLook, now).abs().compareTo(limits.lost().dividedBy(2)) > 0) {
      listeningSince = now;
    }
    lastLook = now;
    if (now.isBefore(listeningSince.plus(limits.lost()))) {
      return 0;
    }
    failUnregistered();
    return store.inTransaction(
        transaction -> {
          int lost = 0;
          for (RunRow run : transaction.runQueue().lockSilent(limits.lost())) {
            transaction.move(
                run,
                RunState.LOST,
                "controller",
                "no heartbeat for %d s".formatted(limits.lost().toSeconds()));
            lost++;
          }
          for (RunRow run : transaction.runQueue().lockForsaken(limits.forsaken(), host)) {
            transaction.stops().finish(run.uid(), "DONE");
            transaction.attempts().end(run.uid(), run.attempt());
            boolean stopping = run.effectiveState() == RunState.STOPPING;
            transaction.move(
                run,
                stopping ? RunState.STOPPED : RunState.FAILED,
                "controller",
                "its trainer has been silent for %d s".formatted(limits.forsaken().toSeconds()));
          }
          return lost;
        });
  }

  private void failUnregistered() {
    List<RunRow> late =
        store.inTransaction(transaction -> transaction.runQueue().unregistered(limits.start()));
    for (RunRow run : late) {
      attempts.endUnregistered(
          run.uid(),
          run.attempt(),
          "its trainer has not registered within %d s".formatted(limits.start().toSeconds()));
    }
  }
}
