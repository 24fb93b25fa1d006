package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import java.time.Duration;

/** Finds the runs whose heartbeats are missing, by the database's clock. */
public final class Watchdog {

  private final Store store;
  private final Duration lostAfter;
  private final Duration forsakenAfter;

  /**
   * Makes a watchdog.
   *
   * @param store the database
   * @param lostAfter silence after which a run is LOST
   * @param forsakenAfter silence after which a run that someone else trains has failed
   */
  public Watchdog(Store store, Duration lostAfter, Duration forsakenAfter) {
    this.store = store;
    this.lostAfter = lostAfter;
    this.forsakenAfter = forsakenAfter;
  }

  /**
   * Looks once.
   *
   * @return how many runs were found LOST
   */
  public int look() {
    return store.inTransaction(
        transaction -> {
          int lost = 0;
          for (RunRow run : transaction.runs().lockSilent(lostAfter)) {
            transaction.move(
                run,
                RunState.LOST,
                "controller",
                "no heartbeat for %d s".formatted(lostAfter.toSeconds()));
            lost++;
          }
          for (RunRow run : transaction.runs().lockForsaken(forsakenAfter)) {
            transaction.stops().finish(run.uid(), "DONE");
            transaction.attempts().end(run.uid(), run.attempt());
            boolean stopping = run.effectiveState() == RunState.STOPPING;
            transaction.move(
                run,
                stopping ? RunState.STOPPED : RunState.FAILED,
                "controller",
                "its trainer has been silent for %d s".formatted(forsakenAfter.toSeconds()));
          }
          return lost;
        });
  }
}
