package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.trainer.v1.RetrySpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** Attempts from their trainer's registration to their end. */
public final class Attempts {

  private final Store store;
  private final RetrySettings retries;

  public Attempts(Store store, RetrySettings retries) {
    this.store = store;
    this.retries = retries;
  }

  public record Assignment(int attempt, RunDefinition definition) {}

  /**
   * Registers a trainer. The same trainer gets the same attempt again. A new trainer starts an
   * attempt if the run is external and has none.
   *
   * @param endpoints where stops are pushed to, by the launcher of the run; empty for nowhere
   * @throws RunException if there is no such run, or the trainer does not belong, or no longer
   *     belongs, to it
   */
  public Assignment register(
      UUID runUid, String instanceId, Function<LauncherType, String> endpoints) {
    return register(runUid, instanceId, Optional.empty(), endpoints);
  }

  /**
   * The same for a trainer that knows that an earlier one is gone, whose attempt it ends.
   *
   * @param replaces the instance id of that one
   */
  public Assignment register(
      UUID runUid,
      String instanceId,
      Optional<String> replaces,
      Function<LauncherType, String> endpoints) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          RunDefinition definition = RunDefinition.of(run.definition());
          Optional<Integer> stopped = stoppedAttempt(transaction, run, instanceId);
          if (stopped.isPresent()) {
            return new Assignment(stopped.get(), definition);
          }
          int attempt = resolveAttempt(transaction, run, instanceId, replaces);
          RunRow current = transaction.runs().find(runUid).orElseThrow();
          String endpoint = endpoints.apply(run.launcher());
          transaction.attempts().setRegistered(runUid, attempt, endpoint);
          transaction.heartbeats().touch(runUid);
          if (current.state() == RunState.LOST) {
            current =
                transaction.move(
                    current, current.effectiveState(), Actor.TRAINER, "registered again");
          }
          if (current.state() == RunState.STARTING) {
            transaction.move(current, RunState.RUNNING, Actor.TRAINER, "");
          } else {
            transaction.event(
                current,
                current.state(),
                EventKind.Own.REGISTERED_AGAIN,
                Actor.TRAINER,
                endpoint.isEmpty() ? "" : "at " + endpoint);
          }
          return new Assignment(attempt, definition);
        });
  }

  /**
   * The attempt of a trainer that was given up: it may still learn of its stop command from its
   * heartbeats.
   */
  private static Optional<Integer> stoppedAttempt(
      Transaction transaction, RunRow run, String instanceId) {
    return transaction
        .attempts()
        .byInstance(run.uid(), instanceId)
        .filter(attempt -> attempt.ended() && attempt.attempt() == run.attempt())
        .flatMap(attempt -> transaction.stops().latest(run.uid()))
        .filter(stop -> stop.attempt() == run.attempt() && stop.phase() == StopPhase.GIVEN_UP)
        .map(StopRow::attempt);
  }

  private static int resolveAttempt(
      Transaction transaction, RunRow run, String instanceId, Optional<String> replaces) {
    Optional<AttemptRow> registered = transaction.attempts().byInstance(run.uid(), instanceId);
    if (registered.isPresent()) {
      if (registered.get().attempt() != run.attempt()
          || registered.get().ended()
          || run.state().isEnd()) {
        throw RunException.notTheRuns(
            run.runId(), run.state(), run.attempt(), registered.get().attempt());
      }
      return registered.get().attempt();
    }
    if (run.state().isEnd()) {
      throw RunException.notTheRuns(run.runId(), run.state(), run.attempt(), run.attempt());
    }
    boolean pending = run.state() == RunState.PENDING;
    boolean gone = run.state() == RunState.LOST || isOf(transaction, run, replaces);
    boolean vacant = gone && run.effectiveState() != RunState.STOPPING;
    if (run.launcher() != LauncherType.EXTERNAL || (!pending && !vacant)) {
      throw new RunException(
          RunException.Kind.RUN_TAKEN,
          "run \"%s\" is %s and accepts no other trainer".formatted(run.runId(), run.state()));
    }
    RunRow available = run;
    if (vacant) {
      transaction.attempts().end(run.uid(), run.attempt());
      available =
          transaction.move(run, RunState.PENDING, Actor.TRAINER, "another trainer took over");
    }
    return LaunchQueue.start(transaction, available, instanceId, Optional.empty()).attempt();
  }

  private static boolean isOf(Transaction transaction, RunRow run, Optional<String> instanceId) {
    return run.state().mayHaveTrainer()
        && instanceId
            .flatMap(id -> transaction.attempts().byInstance(run.uid(), id))
            .filter(attempt -> attempt.attempt() == run.attempt())
            .isPresent();
  }

  /**
   * Records how a trainer says that its attempt ended, as {@link #end} does.
   *
   * @param instanceId who says so, as registered
   * @throws RunException if there is no such run, or the attempt is not this trainer's
   */
  public void report(UUID runUid, int attempt, String instanceId, AttemptEnd end, byte[] outcome) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          boolean own =
              transaction
                  .attempts()
                  .byInstance(runUid, instanceId)
                  .filter(row -> row.attempt() == attempt)
                  .isPresent();
          if (!own) {
            throw RunException.otherInstance(run.runId(), attempt);
          }
          end(transaction, run, attempt, end, Optional.of(outcome), Actor.TRAINER);
          return run;
        });
  }

  /**
   * Records how an attempt ended. An end that is already recorded stays, but the outcome of a
   * trainer that was given up is kept even if it arrives late. An outcome that names its stop
   * command acknowledges it.
   */
  public void end(UUID runUid, int attempt, AttemptEnd end, Optional<byte[]> outcome, Actor actor) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          end(transaction, run, attempt, end, outcome, actor);
          return run;
        });
  }

  private void end(
      Transaction transaction,
      RunRow run,
      int attempt,
      AttemptEnd end,
      Optional<byte[]> outcome,
      Actor actor) {
    outcome
        .flatMap(OutcomeCodec::stopCommand)
        .filter(command -> transaction.stops().acknowledgeByOutcome(run.uid(), attempt, command))
        .ifPresent(
            command ->
                transaction.event(
                    run,
                    run.state(),
                    EventKind.Own.STOP_ACKNOWLEDGED,
                    actor,
                    "implied by the trainer's outcome"));
    boolean firstEnd = transaction.attempts().end(run.uid(), attempt);
    if (firstEnd && attempt == run.attempt() && !run.state().isEnd()) {
      conclude(transaction, run, end, outcome, actor);
    } else if (attempt == run.attempt()
        && run.state().isEnd()
        && run.outcome().isEmpty()
        && outcome.isPresent()) {
      transaction
          .runs()
          .setOutcome(run.uid(), run.early(), outcome.map(OutcomeCodec::stored), Duration.ZERO);
      transaction.event(
          run, run.state(), EventKind.Own.OUTCOME_LATE, actor, "reported after the end");
    }
  }

  /**
   * Closes an attempt whose trainer was told to stop in vain and that nobody here can terminate.
   * Its trainer still gets the command if it asks.
   */
  public void giveUp(UUID runUid, int attempt) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          if (run.effectiveState() == RunState.STOPPING
              && run.attempt() == attempt
              && transaction.attempts().end(runUid, attempt)) {
            transaction.stops().giveUp(runUid);
            conclude(
                transaction,
                run,
                new AttemptEnd.Gone(
                    "the trainer did not stop in time and cannot be terminated from here"),
                Optional.empty(),
                Actor.CONTROLLER);
          }
          return run;
        });
  }

  /** Ends an attempt whose trainer has not registered in time, unless it has meanwhile. */
  void endUnregistered(UUID runUid, int attempt, String message) {
    store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          if (run.state() == RunState.STARTING
              && run.attempt() == attempt
              && transaction.attempts().end(runUid, attempt)) {
            conclude(
                transaction, run, new AttemptEnd.Gone(message), Optional.empty(), Actor.CONTROLLER);
          }
          return run;
        });
  }

  private void conclude(
      Transaction transaction, RunRow run, AttemptEnd end, Optional<byte[]> outcome, Actor actor) {
    boolean stopping = run.effectiveState() == RunState.STOPPING;
    RetrySpec retry = RunDefinition.of(run.definition()).spec().getRetry();
    AttemptEnd.Next next =
        brokenDown(transaction, run, end.next(stopping, run.early(), retries.budget(retry)));
    Duration pause =
        next.state() == RunState.PENDING
            ? retries.pause(run.early(), next.early(), ThreadLocalRandom.current())
            : Duration.ZERO;
    transaction
        .runs()
        .setOutcome(run.uid(), next.early(), outcome.map(OutcomeCodec::stored), pause);
    RunRow from = run;
    if (from.state() == RunState.LOST) {
      from = transaction.move(from, from.effectiveState(), actor, "its outcome arrived");
    }
    if (from.state() == RunState.STARTING && next.state() == RunState.COMPLETED) {
      from = transaction.move(from, RunState.RUNNING, actor, "");
    }
    if (from.state() == RunState.RUNNING && next.state() == RunState.STOPPED) {
      from = transaction.move(from, RunState.STOPPING, actor, "the trainer obeyed a stop command");
    }
    transaction.move(from, next.state(), actor, endMessage(transaction, run, stopping, next));
    transaction
        .stops()
        .finish(run.uid(), next.state() == RunState.COMPLETED ? StopPhase.MOOT : StopPhase.DONE);
  }

  /** A run that was told to stop because its numbers are not finite has failed. */
  private static AttemptEnd.Next brokenDown(
      Transaction transaction, RunRow run, AttemptEnd.Next next) {
    if (next.state() != RunState.STOPPED && next.state() != RunState.COMPLETED) {
      return next;
    }
    return decision(transaction, run)
        .filter(decision -> decision.getReason() == DecisionReason.DECISION_REASON_NOT_FINITE)
        .map(decision -> new AttemptEnd.Next(RunState.FAILED, next.early(), decision.getMessage()))
        .orElse(next);
  }

  private static String endMessage(
      Transaction transaction, RunRow run, boolean stopping, AttemptEnd.Next next) {
    if (!next.message().isEmpty()) {
      return next.message();
    }
    return switch (next.state()) {
      // Not the message of the run, which may be that it was lost meanwhile.
      case STOPPED ->
          decision(transaction, run).map(StoppingDecision::getMessage).orElse(run.stateMessage());
      case COMPLETED -> stopping ? "all epochs were trained before the stop was obeyed" : "";
      case PENDING, STARTING, RUNNING, STOPPING, LOST, FAILED -> "";
    };
  }

  private static Optional<StoppingDecision> decision(Transaction transaction, RunRow run) {
    return transaction.history().enforcedDecision(run.uid()).map(DecisionCodec::decision);
  }

  private static RunRow lock(Transaction transaction, UUID runUid) {
    return transaction
        .runs()
        .lock(runUid)
        .orElseThrow(
            () ->
                RunException.noRun(
                    runUid,
                    Optional.ofNullable(
                        transaction.deletedRuns().deleteTimes(List.of(runUid)).get(runUid))));
  }
}
