package dev.connectome.controller.store;

import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** One transaction: its tables, and the changes that touch a run and its history together. */
public final class Transaction {

  /** Pages hold many messages. */
  private static final int LONGEST_MESSAGE = 8_192;

  private final Handle handle;
  private final RunTable runs;
  private final RunList runList;
  private final RunQueue runQueue;
  private final AttemptTable attempts;
  private final StopTable stops;
  private final RunLog log;
  private final HistoryTable history;
  private final SeriesTable series;
  private final SeriesRangeTable ranges;
  private final EnforcementTable enforcement;
  private final InstallationTable installation;
  private final HeartbeatTable heartbeats;
  private final DeletedRunTable deletedRuns;
  private final JobDeletionTable jobDeletions;
  private final RequestTable requests;
  private final PageTable page;
  private final NotificationTable notifications;
  private final Set<UUID> changed = new HashSet<>();
  private final List<EventKind> eventKinds = new ArrayList<>();

  Transaction(Handle handle) {
    this.handle = handle;
    runs = new RunTable(handle);
    runList = new RunList(handle);
    runQueue = new RunQueue(handle);
    attempts = new AttemptTable(handle);
    stops = new StopTable(handle);
    log = new RunLog(handle);
    history = new HistoryTable(handle);
    series = new SeriesTable(handle);
    ranges = new SeriesRangeTable(handle);
    enforcement = new EnforcementTable(handle);
    installation = new InstallationTable(handle);
    heartbeats = new HeartbeatTable(handle);
    deletedRuns = new DeletedRunTable(handle);
    jobDeletions = new JobDeletionTable(handle);
    requests = new RequestTable(handle);
    page = new PageTable(handle);
    notifications = new NotificationTable(handle);
  }

  /** From now on it fails with a conflict once it has waited that long for a lock. */
  public void waitForLocksAtMost(Duration wait) {
    handle.execute("SET LOCAL lock_timeout TO %d".formatted(wait.toMillis()));
  }

  public RunTable runs() {
    return runs;
  }

  public RunList runList() {
    return runList;
  }

  public RunQueue runQueue() {
    return runQueue;
  }

  public AttemptTable attempts() {
    return attempts;
  }

  public StopTable stops() {
    return stops;
  }

  public RunLog log() {
    return log;
  }

  public SeriesTable series() {
    return series;
  }

  public SeriesRangeTable ranges() {
    return ranges;
  }

  public HistoryTable history() {
    return history;
  }

  public EnforcementTable enforcement() {
    return enforcement;
  }

  public InstallationTable installation() {
    return installation;
  }

  public HeartbeatTable heartbeats() {
    return heartbeats;
  }

  public DeletedRunTable deletedRuns() {
    return deletedRuns;
  }

  public JobDeletionTable jobDeletions() {
    return jobDeletions;
  }

  public RequestTable requests() {
    return requests;
  }

  public PageTable page() {
    return page;
  }

  public NotificationTable notifications() {
    return notifications;
  }

  /**
   * Changes the state of a run with what is wanted of its newest attempt, and records the change as
   * an event.
   *
   * @param run locked in this transaction and unchanged since
   * @param message may be empty
   * @throws IllegalStateException if the transition is illegal
   */
  public RunRow move(RunRow run, RunState to, Actor actor, String message) {
    if (!run.state().mayBecome(to)) {
      throw new IllegalStateException(
          "run %s is %s and cannot become %s".formatted(run.runId(), run.state(), to));
    }
    runs.setState(run.uid(), run.state(), to, Echo.cut(message, LONGEST_MESSAGE));
    Wanted.on(to).ifPresent(wanted -> attempts.setWanted(run.uid(), run.attempt(), wanted));
    event(run, to, EventKind.Own.STATE_CHANGED, actor, describe(run.state(), to, message));
    return runs.find(run.uid()).orElseThrow();
  }

  /** Records an event of a run that is locked in this transaction. */
  public void event(RunRow run, RunState state, EventKind kind, Actor actor, String message) {
    log.append(
        List.of(
            new RunLog.NewEvent(
                run.uid(), kind, actor, Echo.cut(message, LONGEST_MESSAGE), state)));
    markChanged(run.uid());
    eventKinds.add(kind);
  }

  /** Notifies the listeners of the run's change once this transaction is committed. */
  public void markChanged(UUID uid) {
    changed.add(uid);
  }

  Set<UUID> changed() {
    return changed;
  }

  /** Of the events that were recorded: progress and signatures are not events. */
  List<EventKind> eventKinds() {
    return eventKinds;
  }

  private static String describe(RunState from, RunState to, String message) {
    return message.isEmpty() ? from + " to " + to : "%s to %s: %s".formatted(from, to, message);
  }
}
