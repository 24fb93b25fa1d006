package dev.connectome.controller.lifecycle;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.connectome.controller.codec.HoldCodec;
import dev.connectome.controller.lifecycle.RunEvaluation.Findings;
import dev.connectome.controller.lifecycle.SignatureIntake.Extended;
import dev.connectome.controller.lifecycle.SignatureIntake.Intake;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.store.DatabaseFault;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.RunTable.Evaluated;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Stores signatures and evaluates the policies of their runs. Signatures are stored in one
 * transaction. Then each run is evaluated outside of any, and what was found is recorded unless
 * another controller has evaluated the run since. For one thread at a time.
 */
public final class PolicyEvaluator {

  private static final int CACHED_RUNS = 10_000;

  private static final String WORK = "evaluation";

  /** A run that somebody else has locked for longer is tried again later, after the others. */
  private static final Duration LOCK_WAIT = Duration.ofMillis(300);

  private final Store store;
  private final Enforcement enforcement;
  private final Quarantine quarantine;

  /** Only a cache: what is missing or out of date is derived from the database. */
  private final Cache<UUID, RunEvaluation> evaluations =
      CacheBuilder.newBuilder().maximumSize(CACHED_RUNS).softValues().build();

  public PolicyEvaluator(Store store, Enforcement enforcement, Quarantine quarantine) {
    this.store = store;
    this.enforcement = enforcement;
    this.quarantine = quarantine;
  }

  /** What became of records: how many were new, and which were refused. */
  public record Accepted(int stored, List<Refusal> refused) {}

  /** An evaluation of a run's new points. */
  private record Evaluation(
      Extended extended, RunEvaluation state, Evaluated progress, Findings findings) {

    RunRow run() {
      return extended.run();
    }
  }

  /**
   * Stores records, in order of arrival, and evaluates their runs. Records that are already stored
   * change nothing. The runs of records that come again are evaluated if that was interrupted.
   */
  public Accepted accept(List<ReceivedSignature> received) {
    if (received.isEmpty()) {
      return new Accepted(0, List.of());
    }
    Intake intake = locking(transaction -> SignatureIntake.store(transaction, received));
    List<Extended> pending = intake.runs();
    while (!pending.isEmpty()) {
      pending = reload(evaluateAll(pending));
    }
    return new Accepted(intake.stored(), intake.refused());
  }

  /** Evaluates runs again, a few at most, whose evaluation has failed and whose pause is over. */
  public void retry(int limit) {
    Set<UUID> held = quarantine.held(WORK);
    quarantine.failing(WORK).stream()
        .filter(run -> !held.contains(run))
        .limit(limit)
        .forEach(run -> quarantine.attempt(WORK, run, () -> evaluateAlone(run)));
  }

  /** Returns the runs that have changed since the evaluation began. */
  private Set<UUID> evaluateAll(List<Extended> runs) {
    Set<UUID> failing = quarantine.failing(WORK);
    List<Evaluation> unremarkable = new ArrayList<>();
    Set<UUID> changed = new HashSet<>();
    for (Extended extended : runs) {
      UUID uid = extended.run().uid();
      if (extended.hasNews()) {
        quarantine.attemptOrThrow(
            WORK,
            uid,
            () -> {
              Evaluation evaluation = evaluate(extended);
              if (evaluation.findings().isEmpty() && !failing.contains(uid)) {
                unremarkable.add(evaluation);
              } else if (!record(evaluation)) {
                changed.add(uid);
              }
            });
      }
    }
    try {
      changed.addAll(recordProgress(unremarkable));
    } catch (RuntimeException e) {
      if (DatabaseFault.isRetryable(e)) {
        throw e;
      }
      changed.addAll(recordEach(unremarkable));
    }
    evaluations.invalidateAll(changed);
    return changed;
  }

  /** One of them cannot be recorded; the others can. Returns the runs that have changed. */
  private Set<UUID> recordEach(List<Evaluation> evaluated) {
    Set<UUID> changed = new HashSet<>();
    for (Evaluation evaluation : evaluated) {
      UUID uid = evaluation.run().uid();
      quarantine.attemptOrThrow(
          WORK,
          uid,
          () -> {
            if (!record(evaluation)) {
              changed.add(uid);
            }
          });
    }
    return changed;
  }

  /** Until nothing has changed meanwhile. */
  private void evaluateAlone(UUID run) {
    List<Extended> pending = reload(Set.of(run));
    while (!pending.isEmpty()) {
      Set<UUID> changed = new HashSet<>();
      for (Extended extended : pending) {
        if (extended.hasNews() && !record(evaluate(extended))) {
          changed.add(run);
        }
      }
      pending = reload(changed);
    }
  }

  private <T> T locking(Function<Transaction, T> work) {
    return store.inTransaction(
        transaction -> {
          transaction.waitForLocksAtMost(LOCK_WAIT);
          return work.apply(transaction);
        });
  }

  private List<Extended> reload(Set<UUID> runs) {
    return runs.isEmpty()
        ? List.of()
        : store.inTransaction(transaction -> SignatureIntake.reload(transaction, runs));
  }

  private Evaluation evaluate(Extended extended) {
    RunRow run = extended.run();
    long before = extended.before().map(newest -> newest.position()).orElse(0L);
    RunEvaluation cached = evaluations.getIfPresent(run.uid());
    boolean upToDate =
        extended
            .before()
            .map(newest -> isEvaluated(run, newest.attempt(), newest.epoch()))
            .orElse(true);
    var findings = new Findings();
    RunEvaluation state;
    if (extended.continues() && upToDate && cached != null && cached.isOf(run, before)) {
      state = cached;
      evaluations.invalidate(run.uid());
      extended.added().forEach(observation -> state.read(observation, true, findings));
    } else {
      state = store.inTransaction(transaction -> rebuild(transaction, extended, findings));
    }
    state.readTo(extended.after().position());
    evaluations.put(run.uid(), state);
    return new Evaluation(
        extended,
        state,
        new Evaluated(
            run,
            extended.after().attempt(),
            extended.after().epoch(),
            state.stages(),
            HoldCodec.stored(state.holds())),
        findings);
  }

  private static RunEvaluation rebuild(
      Transaction transaction, Extended extended, Findings findings) {
    RunRow run = extended.run();
    Set<String> decided =
        transaction.history().decisions(run.uid()).stream()
            .filter(decision -> !decision.enforced())
            .map(DecisionRow::policyId)
            .collect(Collectors.toSet());
    var state = new RunEvaluation(run, decided);
    new RunSeries(
            transaction, run.uid(), extended.after().position(), RunEvaluation.series(run), true)
        .forEach(observation -> state.read(observation, isNew(extended, observation), findings));
    return state;
  }

  /** A newer attempt starts anew: only its own points are evaluated. */
  private static boolean isNew(Extended extended, EpochObservation observation) {
    return observation.attempt() == extended.after().attempt()
        && !isEvaluated(extended.run(), observation.attempt(), observation.epoch());
  }

  private static boolean isEvaluated(RunRow run, int attempt, int epoch) {
    return attempt < run.evaluatedAttempt()
        || (attempt == run.evaluatedAttempt() && epoch <= run.evaluatedEpoch());
  }

  /**
   * Records in one transaction how far runs were evaluated in which nothing was found. Returns the
   * runs that have changed since.
   */
  private Set<UUID> recordProgress(List<Evaluation> evaluated) {
    Set<UUID> runs =
        evaluated.stream().map(evaluation -> evaluation.run().uid()).collect(Collectors.toSet());
    if (!runs.isEmpty()) {
      runs.removeAll(
          locking(
              transaction ->
                  transaction
                      .runs()
                      .setEvaluated(evaluated.stream().map(Evaluation::progress).toList())));
    }
    return runs;
  }

  /** Returns false if the run has changed since the evaluation began. */
  private boolean record(Evaluation evaluation) {
    return locking(
        transaction ->
            transaction
                .runs()
                .lock(evaluation.run().uid())
                .map(
                    run ->
                        evaluation.state().hasSettingsOf(run)
                            && record(transaction, run, evaluation))
                .orElse(true));
  }

  private boolean record(Transaction transaction, RunRow run, Evaluation evaluation) {
    Evaluated progress = evaluation.progress();
    if (transaction.runs().setEvaluated(List.of(progress)).isEmpty()) {
      return false;
    }
    Findings findings = evaluation.findings();
    findings
        .missing()
        .forEach(
            series ->
                transaction.event(
                    run,
                    run.state(),
                    EventKind.Own.SERIES_MISSING,
                    Actor.policy(series.policyId()),
                    series.message()));
    findings.shadows().forEach(decision -> Enforcement.record(transaction, run, decision));
    Optional<StopDecision> stop = findings.brokenDown().or(findings::stop);
    boolean stands =
        stop.isEmpty()
            || enforcement.decide(transaction, run, progress.attempt(), stop.get())
                == Enforcement.Result.ENFORCED;
    if (!stands) {
      evaluations.invalidate(run.uid());
    }
    return true;
  }
}
