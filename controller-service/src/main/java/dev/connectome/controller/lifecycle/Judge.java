package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.stopping.RunHistory;
import dev.connectome.controller.stopping.StopDecision;
import dev.connectome.controller.stopping.StoppingPolicy;
import dev.connectome.controller.stopping.TrainingStage;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Stores signatures and lets the policies of their runs judge them, all in one transaction. */
public final class Judge {

  private final Store store;
  private final Runs runs;

  /**
   * Makes a judge.
   *
   * @param store the database
   * @param runs carries out what is decided
   */
  public Judge(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
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
    Map<UUID, List<Arrival>> byRun =
        arrivals.stream()
            .collect(
                Collectors.groupingBy(Arrival::runUid, LinkedHashMap::new, Collectors.toList()));
    return store.inTransaction(
        transaction -> {
          int stored = 0;
          // In order of uids, so that two controllers never wait for each other.
          for (UUID uid : byRun.keySet().stream().sorted().toList()) {
            stored +=
                transaction
                    .runs()
                    .lock(uid)
                    .map(run -> accept(transaction, run, byRun.getOrDefault(uid, List.of())))
                    .orElse(0);
          }
          return stored;
        });
  }

  private int accept(Transaction transaction, RunRow run, List<Arrival> arrivals) {
    int judgedAttempt = run.judgedAttempt();
    int judgedEpoch = run.judgedEpoch();
    int judgedBefore = judgedEpoch;
    int stored = 0;
    for (Arrival arrival : arrivals) {
      boolean foreign = arrival.attempt() > run.attempt() || arrival.attempt() < 1;
      if (foreign
          || transaction.history().hasSignature(run.uid(), arrival.attempt(), arrival.epoch())) {
        continue;
      }
      if (arrival.attempt() > judgedAttempt) {
        judgedAttempt = arrival.attempt();
        judgedEpoch = arrival.epoch() - 1;
        judgedBefore = judgedEpoch;
      }
      boolean late = arrival.attempt() < judgedAttempt || arrival.epoch() <= judgedEpoch;
      transaction
          .history()
          .insertSignature(
              run.uid(),
              arrival.attempt(),
              arrival.epoch(),
              transaction.runs().nextPosition(run.uid()),
              late,
              arrival.record());
      transaction.touched(run.uid());
      judgedEpoch = late ? judgedEpoch : arrival.epoch();
      stored++;
    }
    if (stored > 0) {
      judge(transaction, run, judgedAttempt, judgedBefore, judgedEpoch);
    }
    return stored;
  }

  /** Lets every policy speak about the points behind those that were judged before. */
  private void judge(
      Transaction transaction, RunRow run, int attempt, int judgedBefore, int judgedNow) {
    RunDefinition definition = RunDefinition.of(run.definition());
    RunHistory history = history(transaction, run, definition);
    transaction
        .runs()
        .setJudged(
            run.uid(),
            attempt,
            judgedNow,
            RunCodec.stages(
                TrainingStage.transitions(history.series(StoppingPolicy.DEFAULT_MONITOR))));
    List<DecisionRow> decided = transaction.history().decisions(run.uid());
    Set<String> shadowsDecided =
        decided.stream()
            .filter(decision -> !decision.enforced())
            .map(DecisionRow::policyId)
            .collect(Collectors.toSet());
    boolean suspended = transaction.enforcement().read().suspended();
    List<StoppingPolicy> onlyRecorded = new ArrayList<>(definition.shadowPolicies());
    if (suspended) {
      onlyRecorded.add(definition.policy());
    }
    for (StoppingPolicy policy : onlyRecorded) {
      if (!shadowsDecided.contains(policy.id())) {
        policy
            .decide(history, judgedBefore)
            .ifPresent(decision -> record(transaction, run, decision));
      }
    }
    boolean undecided = decided.stream().noneMatch(DecisionRow::stands);
    if (!suspended
        && undecided
        && run.effectiveState() == RunState.RUNNING
        && attempt == run.attempt()) {
      definition
          .policy()
          .decide(history, judgedBefore)
          .ifPresent(decision -> runs.decide(transaction, run, decision));
    }
  }

  /** Keeps a decision that stops nothing. */
  private static void record(Transaction transaction, RunRow run, StopDecision decision) {
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), false, PolicyCodec.decision(decision).toByteArray());
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
