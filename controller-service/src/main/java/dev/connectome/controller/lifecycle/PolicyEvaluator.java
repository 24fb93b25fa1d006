package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SampleSeries;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.lifecycle.SignatureIntake.NewPoints;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.RunTable.Evaluated;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.FiniteCheck;
import dev.connectome.stopping.RunHistory;
import dev.connectome.stopping.StopDecision;
import dev.connectome.stopping.StoppingPolicy;
import dev.connectome.stopping.TrainingStage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** Stores signatures and evaluates the policies of their runs, in one transaction. */
public final class PolicyEvaluator {

  /** Every series has a value by this snapshot: distances start with the second. */
  private static final int SERIES_START_WITHIN = 3;

  private final Store store;
  private final Decisions decisions;

  public PolicyEvaluator(Store store, Decisions decisions) {
    this.store = store;
    this.decisions = decisions;
  }

  /**
   * Stores records, in order of arrival, and evaluates their runs; returns how many were new.
   * Records that are already stored or belong to no run change nothing.
   */
  public int accept(List<ReceivedSignature> received) {
    return received.isEmpty()
        ? 0
        : store.inTransaction(
            transaction -> {
              List<NewPoints> added = SignatureIntake.store(transaction, received);
              evaluate(transaction, added);
              return added.stream()
                  .mapToInt(points -> (int) (points.position() - points.run().position()))
                  .sum();
            });
  }

  /** Runs a constant number of statements for any number of runs, plus one history query each. */
  private void evaluate(Transaction transaction, List<NewPoints> added) {
    if (added.isEmpty()) {
      return;
    }
    Map<UUID, List<DecisionRow>> earlier =
        transaction.history().decisions(added.stream().map(points -> points.run().uid()).toList());
    boolean suspended = transaction.enforcement().read().suspended();
    List<Evaluated> evaluated = new ArrayList<>();
    List<Evaluation> evaluations = new ArrayList<>();
    for (NewPoints points : added) {
      UUID uid = points.run().uid();
      RunDefinition definition = RunDefinition.of(points.run().definition());
      RunHistory history = history(transaction, points.run(), definition);
      evaluated.add(
          new Evaluated(
              uid,
              points.position(),
              points.attempt(),
              points.toEpoch(),
              RunCodec.stages(TrainingStage.transitions(history.series(TrainingStage.MONITOR)))));
      evaluations.add(
          evaluate(points, definition, history, earlier.getOrDefault(uid, List.of()), suspended));
    }
    // Before any event: an event takes the position after the signatures'.
    transaction.runs().setEvaluated(evaluated);
    for (Evaluation evaluation : evaluations) {
      RunRow run = evaluation.points().run();
      reportMissingSeries(transaction, evaluation);
      evaluation.recorded().forEach(decision -> record(transaction, run, decision));
      evaluation.enforced().ifPresent(decision -> decisions.enforce(transaction, run, decision));
    }
  }

  /**
   * The decisions of a run's policies.
   *
   * @param recorded decisions that do not stop the run
   * @param enforced the decision that stops the run
   */
  private record Evaluation(
      NewPoints points,
      RunDefinition definition,
      RunHistory history,
      List<StopDecision> recorded,
      Optional<StopDecision> enforced) {}

  private static Evaluation evaluate(
      NewPoints points,
      RunDefinition definition,
      RunHistory history,
      List<DecisionRow> earlier,
      boolean suspended) {
    RunRow run = points.run();
    Set<String> alreadyRecorded =
        earlier.stream()
            .filter(decision -> !decision.enforced())
            .map(DecisionRow::policyId)
            .collect(Collectors.toSet());
    List<StoppingPolicy> recordOnly = new ArrayList<>(definition.shadowPolicies());
    if (suspended) {
      recordOnly.add(definition.policy());
    }
    List<StopDecision> recorded = new ArrayList<>();
    for (StoppingPolicy policy : recordOnly) {
      if (!alreadyRecorded.contains(policy.id())) {
        policy.decide(history, points.afterEpoch()).ifPresent(recorded::add);
      }
    }
    boolean mayStop =
        !suspended
            && earlier.stream().noneMatch(DecisionRow::isInForce)
            && run.effectiveState() == RunState.RUNNING
            && points.attempt() == run.attempt();
    return new Evaluation(
        points,
        definition,
        history,
        recorded,
        mayStop ? stop(definition.policy(), history, points) : Optional.empty());
  }

  private static Optional<StopDecision> stop(
      StoppingPolicy policy, RunHistory history, NewPoints points) {
    boolean onlyWatched =
        points.run().launcher().equals(RunRow.EXTERNAL) && policy.monitors().isEmpty();
    return onlyWatched
        ? Optional.empty()
        : FiniteCheck.decide(policy, history, points.afterEpoch())
            .or(() -> policy.decide(history, points.afterEpoch()));
  }

  /** Reports, once, the monitors of a run's policies that have no value in its first snapshots. */
  private static void reportMissingSeries(Transaction transaction, Evaluation evaluation) {
    NewPoints points = evaluation.points();
    RunDefinition definition = evaluation.definition();
    RunHistory history = evaluation.history();
    OptionalInt epoch = history.epochOf(SERIES_START_WITHIN);
    if (epoch.isEmpty()
        || epoch.getAsInt() <= points.afterEpoch()
        || epoch.getAsInt() > points.toEpoch()) {
      return;
    }
    List<StoppingPolicy> policies = new ArrayList<>(definition.shadowPolicies());
    policies.add(definition.policy());
    for (StoppingPolicy policy : policies) {
      for (String monitor : new TreeSet<>(policy.monitors())) {
        if (history.series(monitor).points().isEmpty()) {
          transaction.event(
              points.run(),
              points.run().state(),
              "SERIES_MISSING",
              "policy " + policy.id(),
              "the first %d snapshots have no value of %s, so this policy cannot decide; %s"
                  .formatted(SERIES_START_WITHIN, monitor, SampleSeries.remedy(monitor)));
        }
      }
    }
  }

  private static void record(Transaction transaction, RunRow run, StopDecision decision) {
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), false, DecisionCodec.decision(decision).toByteArray());
    transaction.event(
        run, run.state(), "SHADOW_DECIDED", "policy " + decision.policyId(), decision.message());
  }

  public static RunHistory history(Transaction transaction, RunRow run, RunDefinition definition) {
    return RunHistory.of(
        SignatureCodec.observations(
            transaction.history().signatures(run.uid(), 0, 0, Integer.MAX_VALUE)),
        definition.spec().getProbe().getEveryEpochs());
  }
}
