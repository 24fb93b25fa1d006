package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.DecisionReason;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests of people and pipelines. */
public final class Runs {

  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
  static final String MANUAL = "manual";

  private final Store store;
  private final Decisions decisions;

  public Runs(Store store, Decisions decisions) {
    this.store = store;
    this.decisions = decisions;
  }

  /**
   * Creates a PENDING run. A request id that was used before returns the run that it created.
   *
   * @throws RunException if the name is in use
   */
  public <T> T create(
      String runId,
      Optional<String> requestId,
      LauncherType launcher,
      RunDefinition definition,
      Actor actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          UUID uid = UUID.randomUUID();
          boolean inserted =
              transaction
                  .runs()
                  .insert(
                      uid, runId, requestId, definition.labels(), launcher, definition.toBytes());
          if (inserted) {
            RunRow run = transaction.runs().lock(uid).orElseThrow();
            transaction.event(run, RunState.PENDING, EventKind.Own.CREATED, actor, "run created");
            return view.apply(transaction, transaction.runs().find(uid).orElseThrow());
          }
          Optional<RunRow> earlier = requestId.flatMap(transaction.runs()::byRequest);
          return view.apply(
              transaction,
              earlier.orElseThrow(
                  () ->
                      new RunException(
                          RunException.Kind.RUN_EXISTS,
                          "a run named \"%s\" exists; choose another name or delete that run"
                              .formatted(runId))));
        });
  }

  public <T> T read(String idOrUid, BiFunction<Transaction, RunRow, T> view) {
    return store.query(transaction -> view.apply(transaction, find(transaction, idOrUid)));
  }

  /**
   * Changes the labels, the policies or the budget.
   *
   * @throws RunException if there is no such run, or its state does not allow the new budget
   */
  public <T> T update(
      String idOrUid,
      UnaryOperator<RunDefinition> change,
      Actor actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          RunDefinition before = RunDefinition.of(run.definition());
          RunDefinition changed = change.apply(before);
          if (changed.spec().getEpochs() != before.spec().getEpochs()) {
            checkBudget(run, changed.spec().getEpochs());
          }
          change(transaction, run, before, changed);
          transaction.event(
              run,
              run.state(),
              EventKind.Own.UPDATED,
              actor,
              "policy %s, shadow policies %s, %d epochs at most"
                  .formatted(
                      changed.policy().id(),
                      changed.shadowPolicies().stream().map(policy -> policy.id()).toList(),
                      changed.spec().getEpochs()));
          return view.apply(transaction, transaction.runs().find(run.uid()).orElseThrow());
        });
  }

  /** Another policy has decided nothing yet. */
  private static void change(
      Transaction transaction, RunRow run, RunDefinition before, RunDefinition changed) {
    transaction.runs().setDefinition(run.uid(), changed.labels(), changed.toBytes());
    if (!changed.message().getPolicy().equals(before.message().getPolicy())) {
      transaction.runs().setConsumed(run.uid(), 0, 0);
    }
  }

  private static void checkBudget(RunRow run, int epochs) {
    if (run.effectiveState() == RunState.STOPPING) {
      throw new RunException(
          RunException.Kind.WRONG_STATE,
          "run \"%s\" is being stopped; wait until it has ended, then change its budget and resume it"
              .formatted(run.runId()));
    }
    int trained =
        Math.max(run.completedEpochs(), run.outcome().map(OutcomeCodec::finalEpoch).orElse(0));
    if (run.state().isEnd() && epochs <= trained) {
      throw new RunException(
          RunException.Kind.WRONG_STATE,
          "run \"%s\" has ended after %d epochs; a budget of %d leaves none to resume"
              .formatted(run.runId(), trained, epochs));
    }
  }

  /**
   * Stops a run. A run that is stopping or has ended is left alone, except that a more urgent mode
   * upgrades a stop under way. Of a run whose trainer has not registered no trainer is wanted any
   * more.
   */
  public <T> T stop(
      String idOrUid,
      StopMode mode,
      String reason,
      Actor actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          stop(transaction, run, mode, reason, actor);
          return view.apply(transaction, transaction.runs().find(run.uid()).orElseThrow());
        });
  }

  private void stop(
      Transaction transaction, RunRow run, StopMode mode, String reason, Actor actor) {
    switch (run.effectiveState()) {
      case PENDING, STARTING ->
          transaction.move(run, RunState.STOPPED, actor, "stopped before it started: " + reason);
      case RUNNING -> {
        var decision =
            new StopDecision(
                MANUAL,
                MANUAL,
                "",
                DecisionReason.REQUESTED,
                reason,
                run.completedEpochs(),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                Optional.empty());
        decisions.enforce(transaction, run, decision, mode, actor);
      }
      case STOPPING ->
          transaction
              .stops()
              .unfinished(run.uid())
              .filter(pending -> mode.isMoreUrgentThan(pending.mode()))
              .filter(pending -> pending.phase() != StopPhase.ESCALATED)
              .ifPresent(
                  pending -> decisions.upgrade(transaction, run, pending, mode, reason, actor));
      case STOPPED, COMPLETED, FAILED, LOST -> {
        // Nothing to stop. LOST is never an effective state.
      }
    }
  }

  /**
   * Resumes a run that has ended from its newest checkpoint, as a new attempt. The decision that
   * stopped it is consumed.
   *
   * @param rearmAfter after how many epochs the policy that stopped it can stop it again although
   *     its condition has held all the time; 0 for never
   * @param change what is changed with it
   * @throws RunException if there is no such run, or it has not ended
   */
  public <T> T resume(
      String idOrUid,
      int rearmAfter,
      UnaryOperator<RunDefinition> change,
      Actor actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          if (!run.state().isEnd()) {
            throw new RunException(
                RunException.Kind.WRONG_STATE,
                "run \"%s\" is %s; only a run that is STOPPED, COMPLETED or FAILED can be resumed"
                    .formatted(run.runId(), run.state()));
          }
          consume(transaction, run, rearmAfter);
          RunDefinition before = RunDefinition.of(run.definition());
          change(transaction, run, before, change.apply(before));
          transaction
              .runs()
              .setOutcome(run.uid(), AttemptEnd.Early.NONE, Optional.empty(), Duration.ZERO);
          return view.apply(transaction, transaction.move(run, RunState.PENDING, actor, "resumed"));
        });
  }

  private static void consume(Transaction transaction, RunRow run, int rearmAfter) {
    transaction
        .history()
        .enforcedDecision(run.uid())
        .map(DecisionCodec::decision)
        .filter(decision -> !Enforcement.NO_POLICIES.contains(decision.getPolicyId()))
        .ifPresent(
            decision -> {
              int epoch = Math.max(decision.getStopEpoch(), run.evaluatedEpoch());
              transaction
                  .runs()
                  .setConsumed(run.uid(), epoch, rearmAfter == 0 ? 0 : epoch + rearmAfter);
            });
    transaction.history().revokeEnforcedDecision(run.uid());
  }

  /**
   * Deletes a run with its history. That it was deleted is remembered, so that the trainer of a
   * live run that is deleted by force ends.
   *
   * @throws RunException if there is no such run, or it is live and {@code force} is false
   */
  public void delete(String idOrUid, boolean force, Actor actor) {
    RunRow deleted =
        store.inTransaction(
            transaction -> {
              RunRow run = lock(transaction, idOrUid);
              if (!run.state().isEnd() && !force) {
                throw new RunException(
                    RunException.Kind.WRONG_STATE,
                    "run \"%s\" is %s; stop it first, or set force"
                        .formatted(run.runId(), run.state()));
              }
              transaction.runs().delete(run.uid());
              transaction.markChanged(run.uid());
              return run;
            });
    LOG.info(
        "run deleted run={} runId={} state={} actor=\"{}\"",
        deleted.runId(),
        deleted.uid(),
        deleted.state(),
        actor.name());
  }

  private static RunRow lock(Transaction transaction, String idOrUid) {
    UUID uid = find(transaction, idOrUid).uid();
    return transaction.runs().lock(uid).orElseThrow(() -> notFound(idOrUid));
  }

  private static RunRow find(Transaction transaction, String idOrUid) {
    return transaction.runs().byName(idOrUid).orElseThrow(() -> notFound(idOrUid));
  }

  static RunException notFound(String idOrUid) {
    return new RunException(
        RunException.Kind.RUN_NOT_FOUND, "there is no run \"%s\"".formatted(idOrUid));
  }
}
