package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people and pipelines do to runs. */
public final class Runs {

  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
  private static final String IMMEDIATE = "IMMEDIATE";

  private final Store store;
  private final Decisions decisions;

  /**
   * Makes the operations.
   *
   * @param store the database
   * @param decisions carries out what people decide
   */
  public Runs(Store store, Decisions decisions) {
    this.store = store;
    this.decisions = decisions;
  }

  /**
   * Creates a run, PENDING.
   *
   * @param runId its name
   * @param requestId the request; the same one again returns the run that it created
   * @param launcher who starts its trainers
   * @param definition what is asked for
   * @param actor who asks
   * @param view what to return of the run
   * @param <T> what is returned
   * @return the view of the run
   * @throws RunException if the name is taken
   */
  public <T> T create(
      String runId,
      Optional<String> requestId,
      String launcher,
      RunDefinition definition,
      String actor,
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
            transaction.event(run, RunState.PENDING, "CREATED", actor, "run created");
            return view.apply(transaction, transaction.runs().find(uid).orElseThrow());
          }
          Optional<RunRow> same = requestId.flatMap(transaction.runs()::byRequest);
          return view.apply(
              transaction,
              same.orElseThrow(
                  () ->
                      new RunException(
                          RunException.Kind.RUN_EXISTS,
                          "a run named \"%s\" exists; choose another name or delete that run"
                              .formatted(runId))));
        });
  }

  /**
   * Shows a run.
   *
   * @param idOrUid its name or uid
   * @param view what to return of it
   * @param <T> what is returned
   * @return the view of the run
   * @throws RunException if there is no such run
   */
  public <T> T read(String idOrUid, BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(transaction -> view.apply(transaction, find(transaction, idOrUid)));
  }

  /**
   * Changes the labels, the policies and the budget of a run.
   *
   * @param idOrUid its name or uid
   * @param change from the old definition to the new one
   * @param actor who asks
   * @param view what to return of the run
   * @param <T> what is returned
   * @return the view of the run
   * @throws RunException if there is no such run, or its state does not allow the new budget
   */
  public <T> T update(
      String idOrUid,
      java.util.function.UnaryOperator<RunDefinition> change,
      String actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          RunDefinition before = RunDefinition.of(run.definition());
          RunDefinition changed = change.apply(before);
          if (changed.spec().getEpochs() != before.spec().getEpochs()) {
            checkBudget(run, changed.spec().getEpochs());
          }
          transaction.runs().setDefinition(run.uid(), changed.labels(), changed.toBytes());
          transaction.event(
              run,
              run.state(),
              "UPDATED",
              actor,
              "policy %s, shadow policies %s, %d epochs at most"
                  .formatted(
                      changed.policy().id(),
                      changed.shadowPolicies().stream().map(policy -> policy.id()).toList(),
                      changed.spec().getEpochs()));
          return view.apply(transaction, transaction.runs().find(run.uid()).orElseThrow());
        });
  }

  private static void checkBudget(RunRow run, int epochs) {
    if (run.effectiveState() == RunState.STOPPING) {
      throw new RunException(
          RunException.Kind.WRONG_STATE,
          "run \"%s\" is being stopped; change its budget when it has ended, and resume it"
              .formatted(run.runId()));
    }
    int trained =
        Math.max(run.completedEpochs(), run.outcome().map(OutcomeCodec::finalEpoch).orElse(0));
    if (run.state().isEnd() && epochs <= trained) {
      throw new RunException(
          RunException.Kind.WRONG_STATE,
          "run \"%s\" has ended after %d epochs; with a budget of %d it could not be resumed"
              .formatted(run.runId(), trained, epochs));
    }
  }

  /**
   * Orders a stop. What is stopping or has ended stays as it is, but a graceful stop becomes an
   * immediate one if that is asked for.
   *
   * @param idOrUid the run's name or uid
   * @param mode GRACEFUL, IMMEDIATE or END_OF_EPOCH
   * @param reason why
   * @param actor who asks
   * @param view what to return of the run
   * @param <T> what is returned
   * @return the view of the run
   * @throws RunException if there is no such run
   */
  public <T> T stop(
      String idOrUid,
      String mode,
      String reason,
      String actor,
      BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          stop(transaction, run, mode, reason, actor);
          return view.apply(transaction, transaction.runs().find(run.uid()).orElseThrow());
        });
  }

  private void stop(Transaction transaction, RunRow run, String mode, String reason, String actor) {
    switch (run.effectiveState()) {
      case PENDING, STARTING ->
          transaction.move(run, RunState.STOPPED, actor, "stopped before it began: " + reason);
      case RUNNING -> {
        var decision =
            new StopDecision(
                "manual",
                "manual",
                "",
                DecisionReason.REQUESTED,
                reason,
                run.completedEpochs(),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                Optional.empty());
        decisions.decide(transaction, run, decision, mode, actor);
      }
      case STOPPING -> {
        Optional<StopRow> open = transaction.stops().open(run.uid());
        if (mode.equals(IMMEDIATE) && open.isPresent() && !open.get().mode().equals(IMMEDIATE)) {
          transaction.stops().upgrade(open.get().commandId(), IMMEDIATE);
          transaction.event(run, run.state(), "STOP_UPGRADED", actor, "now immediate: " + reason);
        }
      }
      case STOPPED, COMPLETED, FAILED, LOST -> {
        // Nothing is left to stop; LOST stands for the state that it left.
      }
    }
  }

  /**
   * Lets a run that has ended go on from its newest checkpoint, as a new attempt.
   *
   * @param idOrUid the run's name or uid
   * @param actor who asks
   * @param view what to return of the run
   * @param <T> what is returned
   * @return the view of the run
   * @throws RunException if there is no such run, or it has not ended
   */
  public <T> T resume(String idOrUid, String actor, BiFunction<Transaction, RunRow, T> view) {
    return store.inTransaction(
        transaction -> {
          RunRow run = lock(transaction, idOrUid);
          if (!run.state().isEnd()) {
            throw new RunException(
                RunException.Kind.WRONG_STATE,
                "run \"%s\" is %s; only a run that is STOPPED, COMPLETED or FAILED can be resumed"
                    .formatted(run.runId(), run.state()));
          }
          transaction.history().revokeEnforcedDecision(run.uid());
          transaction.runs().setOutcome(run.uid(), 0, Optional.empty(), Duration.ZERO);
          return view.apply(transaction, transaction.move(run, RunState.PENDING, actor, "resumed"));
        });
  }

  /**
   * Deletes a run with its history.
   *
   * @param idOrUid the run's name or uid
   * @param force whether to delete it even if it is live; its trainer is then told that there is no
   *     such run, and ends
   * @param actor who asks
   * @throws RunException if there is no such run, or it is live and must not be forced
   */
  public void delete(String idOrUid, boolean force, String actor) {
    RunRow deleted =
        store.inTransaction(
            transaction -> {
              RunRow run = lock(transaction, idOrUid);
              if (!run.state().isEnd() && !force) {
                throw new RunException(
                    RunException.Kind.WRONG_STATE,
                    "run \"%s\" is %s; stop it first, or delete it by force"
                        .formatted(run.runId(), run.state()));
              }
              transaction.runs().delete(run.uid());
              transaction.touched(run.uid());
              return run;
            });
    LOG.info(
        "run deleted run={} runId={} state={} actor=\"{}\"",
        deleted.runId(),
        deleted.uid(),
        deleted.state(),
        actor);
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
