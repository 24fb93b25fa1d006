package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** What trainers and launchers do to runs: attempts begin, live and end. */
public final class Attempts {

  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final Store store;
  private final int maxFailures;

  /**
   * Makes the operations.
   *
   * @param store the database
   * @param maxFailures failures in a row after which a run has failed
   */
  public Attempts(Store store, int maxFailures) {
    this.store = store;
    this.maxFailures = maxFailures;
  }

  /**
   * What a trainer is to do.
   *
   * @param attempt its attempt
   * @param definition what to train
   */
  public record Assignment(int attempt, RunDefinition definition) {}

  /**
   * An attempt that a launcher is to start.
   *
   * @param runUid the run
   * @param runId its name
   * @param attempt the attempt
   * @param instanceId what the trainer is to call itself
   * @param definition what was asked for
   */
  public record Launch(
      UUID runUid, String runId, int attempt, String instanceId, RunDefinition definition) {}

  /**
   * Begins an attempt of the run that has waited longest for a launcher, if there is room.
   *
   * @param launcher the launcher
   * @param maxLive how many of its runs may have a trainer at once; on the machine of the origin,
   *     if there is one
   * @param origin who starts the trainer as a process, if a controller does
   * @return the attempt to start
   */
  public Optional<Launch> next(String launcher, int maxLive, Optional<AttemptRow.Origin> origin) {
    return store.inTransaction(
        transaction -> {
          Optional<String> host = origin.map(AttemptRow.Origin::host);
          if (transaction.runQueue().lockLiveRuns(launcher, host) >= maxLive) {
            return Optional.empty();
          }
          return transaction
              .runQueue()
              .lockNextToLaunch(launcher)
              .map(run -> begin(transaction, run, UUID.randomUUID().toString(), origin));
        });
  }

  private static Launch begin(
      Transaction transaction, RunRow run, String instanceId, Optional<AttemptRow.Origin> origin) {
    int attempt = transaction.runs().nextAttempt(run.uid());
    transaction.attempts().insert(run.uid(), attempt, instanceId, origin);
    transaction.move(run, RunState.STARTING, "controller", "");
    return new Launch(
        run.uid(), run.runId(), attempt, instanceId, RunDefinition.of(run.definition()));
  }

  /**
   * An attempt that was begun and whose trainer is to be started once more, if it still is.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @return the attempt to start; empty if it has ended or its trainer has registered
   */
  public Optional<Launch> again(UUID runUid, int attempt) {
    return store.inTransaction(
        transaction -> {
          Optional<AttemptRow> known =
              transaction
                  .attempts()
                  .find(runUid, attempt)
                  .filter(row -> !row.ended() && row.endpoint().isEmpty());
          return transaction
              .runs()
              .find(runUid)
              .flatMap(
                  run ->
                      known.map(
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
   * Tells what an attempt that was begun waits for.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param kind what it is, as an event
   * @param message the same for people
   */
  public void waits(UUID runUid, int attempt, String kind, String message) {
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
                transaction.event(run, run.state(), kind, "kubernetes", message);
              });
          return starting;
        });
  }

  /**
   * Registers a trainer. The same one again gets the same attempt; a new one begins an attempt if
   * someone else starts the run's trainers and the run has none.
   *
   * @param runUid the run
   * @param instanceId the trainer
   * @param endpoint where it is controlled
   * @return what it is to do
   * @throws RunException if there is no such run or the trainer is not, or no longer, the run's
   */
  public Assignment register(UUID runUid, String instanceId, String endpoint) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          int attempt = attemptOf(transaction, run, instanceId);
          RunRow current = transaction.runs().find(runUid).orElseThrow();
          transaction.attempts().setRegistered(runUid, attempt, endpoint);
          transaction.heartbeats().touch(runUid);
          if (current.state() == RunState.LOST) {
            current = transaction.move(current, current.effectiveState(), "trainer", "found again");
          }
          if (current.state() == RunState.STARTING) {
            transaction.move(current, RunState.RUNNING, "trainer", "");
          } else {
            transaction.event(
                current, current.state(), "REGISTERED_AGAIN", "trainer", "at " + endpoint);
          }
          return new Assignment(attempt, RunDefinition.of(run.definition()));
        });
  }

  private static int attemptOf(Transaction transaction, RunRow run, String instanceId) {
    Optional<AttemptRow> known = transaction.attempts().byInstance(run.uid(), instanceId);
    if (known.isPresent()) {
      if (known.get().attempt() != run.attempt() || known.get().ended() || run.state().isEnd()) {
        throw RunException.superseded(
            run.runId(), run.state(), run.attempt(), known.get().attempt());
      }
      return known.get().attempt();
    }
    boolean free = run.state() == RunState.PENDING;
    boolean lost = run.state() == RunState.LOST && run.effectiveState() != RunState.STOPPING;
    if (!run.launcher().equals(RunRow.EXTERNAL) || (!free && !lost)) {
      throw new RunException(
          RunException.Kind.TRAINER_SUPERSEDED,
          "run \"%s\" is %s and takes no trainer that it does not know"
              .formatted(run.runId(), run.state()));
    }
    RunRow pending = run;
    if (lost) {
      transaction.attempts().end(run.uid(), run.attempt());
      pending = transaction.move(run, RunState.PENDING, "trainer", "another trainer takes over");
    }
    return begin(transaction, pending, instanceId, Optional.empty()).attempt();
  }

  /**
   * Notes how an attempt ended. What was noted before stays; the outcome of a trainer that was
   * given up is kept though it comes late. An outcome that names the stop command that it obeyed
   * acknowledges it, if nothing has before.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param end how it ended
   * @param outcome what the trainer said, as it is stored
   * @param actor who tells
   * @throws RunException if there is no such run
   */
  public void end(
      UUID runUid, int attempt, AttemptEnd end, Optional<byte[]> outcome, String actor) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          outcome
              .flatMap(OutcomeCodec::stopCommand)
              .filter(command -> transaction.stops().obeyed(runUid, attempt, command))
              .ifPresent(
                  command ->
                      transaction.event(
                          run,
                          run.state(),
                          "STOP_ACKNOWLEDGED",
                          actor,
                          "obeyed, says its outcome"));
          boolean news = transaction.attempts().end(runUid, attempt);
          if (news && attempt == run.attempt() && !run.state().isEnd()) {
            conclude(transaction, run, end, outcome, actor);
          } else if (attempt == run.attempt()
              && run.state().isEnd()
              && run.outcome().isEmpty()
              && outcome.isPresent()) {
            transaction.runs().setOutcome(runUid, run.failures(), outcome, Duration.ZERO);
            transaction.event(run, run.state(), "OUTCOME_LATE", actor, "reported after the end");
          }
          return run;
        });
  }

  /**
   * Notes that the trainer of an attempt has not registered in time, unless it has meanwhile.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param message what is known, for people
   */
  void endUnregistered(UUID runUid, int attempt, String message) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          if (run.state() == RunState.STARTING
              && run.attempt() == attempt
              && transaction.attempts().end(runUid, attempt)) {
            conclude(
                transaction, run, new AttemptEnd.Gone(message), Optional.empty(), "controller");
          }
          return run;
        });
  }

  private void conclude(
      Transaction transaction, RunRow run, AttemptEnd end, Optional<byte[]> outcome, String actor) {
    boolean stopping = run.effectiveState() == RunState.STOPPING;
    AttemptEnd.Next next = end.next(stopping, run.failures(), maxFailures);
    boolean retry = next.state() == RunState.PENDING;
    transaction
        .runs()
        .setOutcome(
            run.uid(),
            next.failures(),
            outcome,
            retry ? RETRY_PAUSE.multipliedBy(next.failures()) : Duration.ZERO);
    RunRow from = run;
    if (from.state() == RunState.LOST) {
      from = transaction.move(from, from.effectiveState(), actor, "heard of again");
    }
    if (from.state() == RunState.STARTING && next.state() == RunState.COMPLETED) {
      from = transaction.move(from, RunState.RUNNING, actor, "");
    }
    if (from.state() == RunState.RUNNING && next.state() == RunState.STOPPED) {
      from = transaction.move(from, RunState.STOPPING, actor, "the trainer obeyed a stop");
    }
    transaction.move(from, next.state(), actor, endMessage(run, stopping, next));
    transaction.stops().finish(run.uid(), next.state() == RunState.COMPLETED ? "MOOT" : "DONE");
  }

  /** A stopped run goes on saying why it was stopped, and a stop that came too late that it did. */
  private static String endMessage(RunRow run, boolean stopping, AttemptEnd.Next next) {
    if (!next.message().isEmpty()) {
      return next.message();
    }
    return switch (next.state()) {
      case STOPPED -> run.stateMessage();
      case COMPLETED -> stopping ? "all epochs were trained before the stop was obeyed" : "";
      case PENDING, STARTING, RUNNING, STOPPING, LOST, FAILED -> "";
    };
  }

  private static RunRow lock(Transaction transaction, UUID runUid) {
    return transaction.runs().lock(runUid).orElseThrow(() -> Runs.notFound(runUid.toString()));
  }
}
