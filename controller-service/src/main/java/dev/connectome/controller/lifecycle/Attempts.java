package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.DecisionReason;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Attempts from their trainer's registration to their end. */
public final class Attempts {

  private static final Duration RETRY_DELAY = Duration.ofSeconds(2);

  private final Store store;
  private final int maxFailures;

  public Attempts(Store store, int maxFailures) {
    this.store = store;
    this.maxFailures = maxFailures;
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
  public Assignment register(UUID runUid, String instanceId, UnaryOperator<String> endpoints) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, runUid);
          int attempt = resolveAttempt(transaction, run, instanceId);
          RunRow current = transaction.runs().find(runUid).orElseThrow();
          String endpoint = endpoints.apply(run.launcher());
          transaction.attempts().setRegistered(runUid, attempt, endpoint);
          transaction.heartbeats().touch(runUid);
          if (current.state() == RunState.LOST) {
            current =
                transaction.move(current, current.effectiveState(), "trainer", "registered again");
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

  private static int resolveAttempt(Transaction transaction, RunRow run, String instanceId) {
    Optional<AttemptRow> registered = transaction.attempts().byInstance(run.uid(), instanceId);
    if (registered.isPresent()) {
      if (registered.get().attempt() != run.attempt()
          || registered.get().ended()
          || run.state().isEnd()) {
        throw RunException.superseded(
            run.runId(), run.state(), run.attempt(), registered.get().attempt());
      }
      return registered.get().attempt();
    }
    boolean pending = run.state() == RunState.PENDING;
    boolean lost = run.state() == RunState.LOST && run.effectiveState() != RunState.STOPPING;
    if (!run.launcher().equals(RunRow.EXTERNAL) || (!pending && !lost)) {
      throw new RunException(
          RunException.Kind.TRAINER_SUPERSEDED,
          "run \"%s\" is %s and accepts no other trainer".formatted(run.runId(), run.state()));
    }
    RunRow available = run;
    if (lost) {
      transaction.attempts().end(run.uid(), run.attempt());
      available = transaction.move(run, RunState.PENDING, "trainer", "another trainer took over");
    }
    return LaunchQueue.start(transaction, available, instanceId, Optional.empty()).attempt();
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
          end(transaction, run, attempt, end, Optional.of(outcome), "trainer");
          return run;
        });
  }

  /**
   * Records how an attempt ended. An end that is already recorded stays, but the outcome of a
   * trainer that was given up is kept even if it arrives late. An outcome that names its stop
   * command acknowledges it.
   */
  public void end(
      UUID runUid, int attempt, AttemptEnd end, Optional<byte[]> outcome, String actor) {
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
      String actor) {
    outcome
        .flatMap(OutcomeCodec::stopCommand)
        .filter(command -> transaction.stops().acknowledgeByOutcome(run.uid(), attempt, command))
        .ifPresent(
            command ->
                transaction.event(
                    run,
                    run.state(),
                    "STOP_ACKNOWLEDGED",
                    actor,
                    "implied by the trainer's outcome"));
    boolean firstEnd = transaction.attempts().end(run.uid(), attempt);
    if (firstEnd && attempt == run.attempt() && !run.state().isEnd()) {
      conclude(transaction, run, end, outcome, actor);
    } else if (attempt == run.attempt()
        && run.state().isEnd()
        && run.outcome().isEmpty()
        && outcome.isPresent()) {
      transaction.runs().setOutcome(run.uid(), run.failures(), outcome, Duration.ZERO);
      transaction.event(run, run.state(), "OUTCOME_LATE", actor, "reported after the end");
    }
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
                transaction, run, new AttemptEnd.Gone(message), Optional.empty(), "controller");
          }
          return run;
        });
  }

  private void conclude(
      Transaction transaction, RunRow run, AttemptEnd end, Optional<byte[]> outcome, String actor) {
    boolean stopping = run.effectiveState() == RunState.STOPPING;
    AttemptEnd.Next next =
        brokenDown(transaction, run, end.next(stopping, run.failures(), maxFailures));
    boolean retry = next.state() == RunState.PENDING;
    transaction
        .runs()
        .setOutcome(
            run.uid(),
            next.failures(),
            outcome,
            retry ? RETRY_DELAY.multipliedBy(next.failures()) : Duration.ZERO);
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
    transaction.move(from, next.state(), actor, endMessage(run, stopping, next));
    transaction.stops().finish(run.uid(), next.state() == RunState.COMPLETED ? "MOOT" : "DONE");
  }

  /** A run that was told to stop because its numbers are not finite has failed. */
  private static AttemptEnd.Next brokenDown(
      Transaction transaction, RunRow run, AttemptEnd.Next next) {
    if (next.state() != RunState.STOPPED && next.state() != RunState.COMPLETED) {
      return next;
    }
    return transaction
        .history()
        .enforcedDecision(run.uid())
        .map(DecisionCodec::decision)
        .filter(decision -> decision.getReason() == DecisionReason.DECISION_REASON_NOT_FINITE)
        .map(
            decision ->
                new AttemptEnd.Next(RunState.FAILED, next.failures(), decision.getMessage()))
        .orElse(next);
  }

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
