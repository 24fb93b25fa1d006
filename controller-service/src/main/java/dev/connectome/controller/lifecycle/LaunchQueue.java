package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The runs that wait for a launcher, and the attempts that launchers start for them. */
public final class LaunchQueue {

  private static final String WORK = "launch";
  private static final Duration WAITING_EVENT_INTERVAL = Duration.ofMinutes(10);

  private final Store store;
  private final Quarantine quarantine;

  public LaunchQueue(Store store, Quarantine quarantine) {
    this.store = store;
    this.quarantine = quarantine;
  }

  /**
   * An attempt whose trainer a launcher has to start.
   *
   * @param instanceId identifies the trainer when it registers
   */
  public record Launch(
      UUID runUid, String runId, int attempt, String instanceId, RunDefinition definition) {}

  /**
   * Starts an attempt of the oldest pending run, if there is room.
   *
   * @param maxLive how many of the launcher's runs may have a trainer at the same time; on the
   *     owner's host, if there is an owner
   * @param owner the controller that will run the trainer as a process, if one will
   */
  public Optional<Launch> next(
      LauncherType launcher, int maxLive, Optional<AttemptRow.ProcessOwner> owner) {
    Map<UUID, Launch> launches = new HashMap<>();
    Set<UUID> except = quarantine.held(WORK);
    while (true) {
      Optional<UUID> taken =
          quarantine.next(
              WORK,
              except,
              (transaction, others) -> lockNext(transaction, launcher, maxLive, owner, others),
              (transaction, run) ->
                  launches.put(
                      run.uid(), start(transaction, run, UUID.randomUUID().toString(), owner)));
      if (taken.isEmpty() || !quarantine.held(WORK).contains(taken.get())) {
        return taken.map(launches::get);
      }
      except.add(taken.get());
    }
  }

  private static Optional<RunRow> lockNext(
      Transaction transaction,
      LauncherType launcher,
      int maxLive,
      Optional<AttemptRow.ProcessOwner> owner,
      Set<UUID> except) {
    Optional<String> host = owner.map(AttemptRow.ProcessOwner::host);
    return transaction.runQueue().lockLiveRunCount(launcher, host) >= maxLive
        ? Optional.empty()
        : transaction.runQueue().lockNextPending(launcher, except);
  }

  /** The caller has locked the run, which is PENDING. */
  static Launch start(
      Transaction transaction,
      RunRow run,
      String instanceId,
      Optional<AttemptRow.ProcessOwner> owner) {
    int attempt = transaction.runs().nextAttempt(run.uid());
    RunDefinition definition = RunDefinition.of(run.definition());
    transaction.attempts().insert(run.uid(), attempt, instanceId, owner, definition.namespace());
    transaction.move(run, RunState.STARTING, Actor.CONTROLLER, "");
    return new Launch(run.uid(), run.runId(), attempt, instanceId, definition);
  }

  /** Returns an attempt that was started, unless it is not wanted or its trainer has registered. */
  public Optional<Launch> relaunch(UUID runUid, int attempt) {
    return store.inTransaction(
        transaction -> {
          Optional<AttemptRow> unregistered =
              transaction
                  .attempts()
                  .find(runUid, attempt)
                  .filter(row -> row.wanted() == Wanted.RUN && row.endpoint().isEmpty());
          return transaction
              .runs()
              .find(runUid)
              .flatMap(
                  run ->
                      unregistered.map(
                          row ->
                              new Launch(
                                  runUid,
                                  run.runId(),
                                  attempt,
                                  row.instanceId(),
                                  RunDefinition.of(run.definition()))));
        });
  }

  /**
   * Records what an attempt that was started waits for. It is an event if the kind has changed or
   * the last event is old: texts of schedulers count what they wait for, and change all the time.
   */
  public void recordWaiting(UUID runUid, int attempt, EventKind kind, Actor actor, String message) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> starting =
              transaction
                  .runs()
                  .lock(runUid)
                  .filter(run -> run.attempt() == attempt && run.state() == RunState.STARTING)
                  .filter(run -> !run.stateMessage().equals(message));
          starting.ifPresent(
              run -> {
                transaction.runs().setStateMessage(runUid, message);
                if (transaction.log().isNewest(runUid, kind, WAITING_EVENT_INTERVAL)) {
                  transaction.markChanged(runUid);
                } else {
                  transaction.event(run, run.state(), kind, actor, message);
                }
              });
          return starting;
        });
  }
}
