package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.HistoryTable.NewSignature;
import dev.connectome.controller.store.HistoryTable.SignatureKey;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.RunTable.Judged;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.RunHistory;
import dev.connectome.stopping.StopDecision;
import dev.connectome.stopping.StoppingPolicy;
import dev.connectome.stopping.TrainingStage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** Stores signatures and lets the policies of their runs judge them, all in one transaction. */
public final class PolicyEvaluator {

  /** Snapshots by which every series has begun; a distance begins with the second. */
  private static final int SERIES_BEGIN_WITHIN = 3;

  private final Store store;
  private final Decisions decisions;

  /**
   * Makes a judge.
   *
   * @param store the database
   * @param decisions carries out what policies decide
   */
  public PolicyEvaluator(Store store, Decisions decisions) {
    this.store = store;
    this.decisions = decisions;
  }

  /**
   * A signature record that arrived.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param epoch the epoch
   * @param record the record as it came
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Arrival(UUID runUid, int attempt, int epoch, byte[] record) {}

  /**
   * Stores records and judges the runs that they belong to. Records that are stored already, or
   * belong to no run, change nothing.
   *
   * @param arrivals the records, in order of arrival
   * @return how many were new
   */
  public int accept(List<Arrival> arrivals) {
    if (arrivals.isEmpty()) {
      return 0;
    }
    Map<UUID, List<Arrival>> byRun =
        arrivals.stream()
            .collect(
                Collectors.groupingBy(Arrival::runUid, LinkedHashMap::new, Collectors.toList()));
    return store.inTransaction(transaction -> accept(transaction, byRun));
  }

  /** In as many statements for many runs as for one, but for the history of each. */
  private int accept(Transaction transaction, Map<UUID, List<Arrival>> byRun) {
    List<RunRow> runsOfBatch = transaction.runs().lock(byRun.keySet());
    Set<SignatureKey> known =
        transaction
            .history()
            .knownSignatures(
                byRun.values().stream()
                    .flatMap(List::stream)
                    .map(PolicyEvaluator::key)
                    .distinct()
                    .toList());
    List<Taken> taken = new ArrayList<>();
    List<NewSignature> signatures = new ArrayList<>();
    for (RunRow run : runsOfBatch) {
      int before = signatures.size();
      Taken one = take(run, byRun.getOrDefault(run.uid(), List.of()), known, signatures);
      if (signatures.size() > before) {
        taken.add(one);
        transaction.touched(run.uid());
      }
    }
    if (signatures.isEmpty()) {
      return 0;
    }
    transaction.history().insertSignatures(signatures);
    Map<UUID, List<DecisionRow>> decided =
        transaction.history().decisions(taken.stream().map(one -> one.run().uid()).toList());
    boolean suspended = transaction.enforcement().read().suspended();
    List<Judged> judged = new ArrayList<>();
    List<Verdict> verdicts = new ArrayList<>();
    for (Taken one : taken) {
      RunDefinition definition = RunDefinition.of(one.run().definition());
      RunHistory history = history(transaction, one.run(), definition);
      judged.add(
          new Judged(
              one.run().uid(),
              one.position(),
              one.attempt(),
              one.judgedNow(),
              RunCodec.stages(TrainingStage.transitions(history.series(TrainingStage.MONITOR)))));
      tellMissingSeries(transaction, one, definition, history);
      verdicts.add(
          judge(
              one,
              definition,
              history,
              decided.getOrDefault(one.run().uid(), List.of()),
              suspended));
    }
    transaction.runs().setJudged(judged);
    for (Verdict verdict : verdicts) {
      verdict.recorded().forEach(decision -> record(transaction, verdict.run(), decision));
      verdict
          .enforced()
          .ifPresent(decision -> decisions.decide(transaction, verdict.run(), decision));
    }
    return signatures.size();
  }

  private static SignatureKey key(Arrival arrival) {
    return new SignatureKey(arrival.runUid(), arrival.attempt(), arrival.epoch());
  }

  /**
   * What a run got.
   *
   * @param run the run, locked
   * @param position of its latest signature
   * @param attempt the attempt of the latest point that is to be judged
   * @param judgedBefore the epoch up to which it was judged before
   * @param judgedNow that epoch now
   */
  private record Taken(RunRow run, long position, int attempt, int judgedBefore, int judgedNow) {}

  private static Taken take(
      RunRow run, List<Arrival> arrivals, Set<SignatureKey> known, List<NewSignature> signatures) {
    long position = run.position();
    int judgedAttempt = run.judgedAttempt();
    int judgedEpoch = run.judgedEpoch();
    int judgedBefore = judgedEpoch;
    for (Arrival arrival : arrivals) {
      boolean foreign = arrival.attempt() > run.attempt() || arrival.attempt() < 1;
      if (foreign || !known.add(key(arrival))) {
        continue;
      }
      if (arrival.attempt() > judgedAttempt) {
        judgedAttempt = arrival.attempt();
        judgedEpoch = arrival.epoch() - 1;
        judgedBefore = judgedEpoch;
      }
      boolean late = arrival.attempt() < judgedAttempt || arrival.epoch() <= judgedEpoch;
      position++;
      signatures.add(new NewSignature(key(arrival), position, late, arrival.record()));
      judgedEpoch = late ? judgedEpoch : arrival.epoch();
    }
    return new Taken(run, position, judgedAttempt, judgedBefore, judgedEpoch);
  }

  /**
   * What the policies of a run say of the points behind those that were judged before.
   *
   * @param run the run
   * @param recorded decisions that stop nothing
   * @param enforced the decision that stops the run
   */
  private record Verdict(
      RunRow run, List<StopDecision> recorded, Optional<StopDecision> enforced) {}

  private static Verdict judge(
      Taken taken,
      RunDefinition definition,
      RunHistory history,
      List<DecisionRow> decided,
      boolean suspended) {
    RunRow run = taken.run();
    Set<String> shadowsDecided =
        decided.stream()
            .filter(decision -> !decision.enforced())
            .map(DecisionRow::policyId)
            .collect(Collectors.toSet());
    List<StoppingPolicy> onlyRecorded = new ArrayList<>(definition.shadowPolicies());
    if (suspended) {
      onlyRecorded.add(definition.policy());
    }
    List<StopDecision> recorded = new ArrayList<>();
    for (StoppingPolicy policy : onlyRecorded) {
      if (!shadowsDecided.contains(policy.id())) {
        policy.decide(history, taken.judgedBefore()).ifPresent(recorded::add);
      }
    }
    boolean mayStop =
        !suspended
            && decided.stream().noneMatch(DecisionRow::stands)
            && run.effectiveState() == RunState.RUNNING
            && taken.attempt() == run.attempt();
    return new Verdict(
        run,
        recorded,
        mayStop ? definition.policy().decide(history, taken.judgedBefore()) : Optional.empty());
  }

  /** Tells, when the third snapshot of a run is judged, of policies that have nothing to go by. */
  private static void tellMissingSeries(
      Transaction transaction, Taken taken, RunDefinition definition, RunHistory history) {
    OptionalInt epoch = history.epochOf(SERIES_BEGIN_WITHIN);
    if (epoch.isEmpty()
        || epoch.getAsInt() <= taken.judgedBefore()
        || epoch.getAsInt() > taken.judgedNow()) {
      return;
    }
    List<StoppingPolicy> policies = new ArrayList<>(definition.shadowPolicies());
    policies.add(definition.policy());
    for (StoppingPolicy policy : policies) {
      for (String monitor : new TreeSet<>(policy.monitors())) {
        if (history.series(monitor).points().isEmpty()) {
          transaction.event(
              taken.run(),
              taken.run().state(),
              "SERIES_MISSING",
              "policy " + policy.id(),
              "reads %s, of which the first %d snapshots have no value: it says nothing until there is one; let the trainer report it or give the policy another monitor"
                  .formatted(monitor, SERIES_BEGIN_WITHIN));
        }
      }
    }
  }

  /** Keeps a decision that stops nothing. */
  private static void record(Transaction transaction, RunRow run, StopDecision decision) {
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), false, DecisionCodec.decision(decision).toByteArray());
    transaction.event(
        run, run.state(), "SHADOW_DECIDED", "policy " + decision.policyId(), decision.message());
  }

  /**
   * What is known of a run.
   *
   * @param transaction where to find it
   * @param run the run
   * @param definition what was asked for
   * @return its history
   */
  public static RunHistory history(Transaction transaction, RunRow run, RunDefinition definition) {
    return RunHistory.of(
        SignatureCodec.observations(
            transaction.history().signatures(run.uid(), 0, 0, Integer.MAX_VALUE)),
        definition.spec().getProbe().getEveryEpochs());
  }
}
