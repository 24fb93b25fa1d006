package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** One transaction: the tables, and what changes a run together with its history. */
public final class Transaction {

  private final RunTable runs;
  private final RunList runList;
  private final RunQueue runQueue;
  private final AttemptTable attempts;
  private final StopTable stops;
  private final HistoryTable history;
  private final EnforcementTable enforcement;
  private final InstallationTable installation;
  private final HeartbeatTable heartbeats;
  private final Set<UUID> changed = new HashSet<>();
  private boolean eventful;

  Transaction(Handle handle) {
    runs = new RunTable(handle);
    runList = new RunList(handle);
    runQueue = new RunQueue(handle);
    attempts = new AttemptTable(handle);
    stops = new StopTable(handle);
    history = new HistoryTable(handle);
    enforcement = new EnforcementTable(handle);
    installation = new InstallationTable(handle);
    heartbeats = new HeartbeatTable(handle);
  }

  /**
   * Runs.
   *
   * @return the table
   */
  public RunTable runs() {
    return runs;
  }

  /**
   * Lists of runs.
   *
   * @return the lists
   */
  public RunList runList() {
    return runList;
  }

  /**
   * Runs that it is time to do something about.
   *
   * @return the runs
   */
  public RunQueue runQueue() {
    return runQueue;
  }

  /**
   * Attempts.
   *
   * @return the table
   */
  public AttemptTable attempts() {
    return attempts;
  }

  /**
   * Stop commands.
   *
   * @return the table
   */
  public StopTable stops() {
    return stops;
  }

  /**
   * Events, signatures and decisions.
   *
   * @return the tables
   */
  public HistoryTable history() {
    return history;
  }

  /**
   * Whether decisions stop runs.
   *
   * @return the table
   */
  public EnforcementTable enforcement() {
    return enforcement;
  }

  /**
   * What this platform is.
   *
   * @return the table
   */
  public InstallationTable installation() {
    return installation;
  }

  /**
   * Signs of life.
   *
   * @return the table
   */
  public HeartbeatTable heartbeats() {
    return heartbeats;
  }

  /**
   * Takes a run from one state to another, with an event that says so.
   *
   * @param run the run, locked in this transaction and not changed since
   * @param to its next state
   * @param actor who causes it
   * @param message why, for people; empty where the state says it all
   * @return the run as it is then
   * @throws IllegalStateException if the states do not allow it
   */
  public RunRow move(RunRow run, RunState to, String actor, String message) {
    if (!run.state().mayBecome(to)) {
      throw new IllegalStateException(
          "run %s is %s and cannot become %s".formatted(run.runId(), run.state(), to));
    }
    runs.setState(run.uid(), run.state(), to, message);
    event(run, to, "STATE_CHANGED", actor, describe(run.state(), to, message));
    return runs.find(run.uid()).orElseThrow();
  }

  /**
   * Adds an event to a run.
   *
   * @param run the run, locked in this transaction
   * @param state its state after the event
   * @param kind what it is
   * @param actor who causes it
   * @param message the same for people
   */
  public void event(RunRow run, RunState state, String kind, String actor, String message) {
    RunTable.Step step = runs.nextStep(run.uid());
    history.insertEvent(run.uid(), step.position(), kind, actor, message, state, step.attempt());
    touched(run.uid());
    eventful = true;
  }

  /**
   * Notes that a run has changed, for those who wait for that.
   *
   * @param uid the run
   */
  public void touched(UUID uid) {
    changed.add(uid);
  }

  Set<UUID> changed() {
    return changed;
  }

  /** Whether there were events: progress and signatures are none. */
  boolean eventful() {
    return eventful;
  }

  private static String describe(RunState from, RunState to, String message) {
    return message.isEmpty() ? from + " to " + to : "%s to %s: %s".formatted(from, to, message);
  }
}
