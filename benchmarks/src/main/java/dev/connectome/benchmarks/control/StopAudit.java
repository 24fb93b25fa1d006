package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.Latencies;
import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares the stops that were due with those that were decided, stored and delivered. */
final class StopAudit {
  private final Map<String, TrainingRun> listed;
  private final Map<String, List<Instant>> decisions;
  private final Map<String, List<Instant>> acknowledgements;

  /**
   * Takes what the platform reports.
   *
   * @param listed the runs by uid
   * @param decisions commit times of the decisions to stop, by uid
   * @param acknowledgements commit times of the trainers' acknowledgements, by uid
   */
  StopAudit(
      Map<String, TrainingRun> listed,
      Map<String, List<Instant>> decisions,
      Map<String, List<Instant>> acknowledgements) {
    this.listed = listed;
    this.decisions = decisions;
    this.acknowledgements = acknowledgements;
  }

  /**
   * What was found.
   *
   * @param lost due and never delivered, or never decided
   * @param doubled runs with more than one decision or command
   * @param wrong stops that were not due, of the wrong reason or epoch, or at the wrong trainer
   * @param repeatedDeliveries of a command that the trainer had already received
   * @param timed stops whose latencies count: decided after the warm-up
   * @param decisionMillis from the signature being readable to the decision being stored
   * @param orderMillis from the decision being stored to the command reaching the trainer
   * @param stopMillis from the decision being stored to the acknowledgement being stored
   * @param findings a line for each that is lost, doubled or wrong
   */
  record Result(
      int due,
      int byPerson,
      int lost,
      int doubled,
      int wrong,
      int repeatedDeliveries,
      int timed,
      Latencies.Percentiles decisionMillis,
      Latencies.Percentiles orderMillis,
      Latencies.Percentiles stopMillis,
      List<String> findings) {

    boolean passed() {
      return lost == 0 && doubled == 0 && wrong == 0;
    }
  }

  /** Audits the runs; stops decided before {@code timedFrom} are not timed. */
  Result of(
      Collection<SimulatedRun> runs,
      List<TrainerObservations.Misdirected> misdirected,
      Instant timedFrom) {
    List<String> lost = new ArrayList<>();
    List<String> doubled = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    Latencies decision = new Latencies();
    Latencies order = new Latencies();
    Latencies stop = new Latencies();
    int due = 0;
    int byPerson = 0;
    int repeated = 0;
    int timed = 0;
    Map<String, SimulatedRun> byUid = new HashMap<>();
    for (SimulatedRun run : runs) {
      byUid.put(run.uid(), run);
      Set<String> commands = new HashSet<>();
      run.deliveries().forEach(one -> commands.add(one.commandId()));
      List<Instant> decided = decisions.getOrDefault(run.uid(), List.of());
      repeated += run.deliveries().size() - commands.size();
      due += run.due() ? 1 : 0;
      byPerson += run.due() && run.plan().byPerson() ? 1 : 0;
      if (run.due() && (commands.isEmpty() || decided.isEmpty())) {
        lost.add(run.name() + ": a stop was due and did not reach the trainer");
        continue;
      }
      if (commands.size() > 1 || decided.size() > 1) {
        doubled.add(
            "%s: %d stop commands and %d decisions, expected one of each"
                .formatted(run.name(), commands.size(), decided.size()));
      }
      findError(run, !commands.isEmpty() || !decided.isEmpty()).ifPresent(wrong::add);
      if (decided.isEmpty() || commands.isEmpty() || decided.get(0).isBefore(timedFrom)) {
        continue;
      }
      timed++;
      Instant stored = decided.get(0);
      if (!run.plan().byPerson()) {
        run.readable().ifPresent(time -> decision.add(Duration.between(time, stored)));
      }
      order.add(Duration.between(stored, run.deliveries().get(0).time()));
      acknowledgements.getOrDefault(run.uid(), List.of()).stream()
          .limit(1)
          .forEach(time -> stop.add(Duration.between(stored, time)));
    }
    for (TrainerObservations.Misdirected one : misdirected) {
      SimulatedRun meant = byUid.get(one.runUid());
      boolean again =
          meant != null
              && meant.deliveries().stream()
                  .anyMatch(known -> known.commandId().equals(one.commandId()));
      repeated += again ? 1 : 0;
      if (!again) {
        wrong.add(
            "a stop command for run %s reached the trainer of another run".formatted(one.runUid()));
      }
    }
    List<String> findings = new ArrayList<>(lost);
    findings.addAll(doubled);
    findings.addAll(wrong);
    return new Result(
        due,
        byPerson,
        lost.size(),
        doubled.size(),
        wrong.size(),
        repeated,
        timed,
        decision.percentiles(),
        order.percentiles(),
        stop.percentiles(),
        findings);
  }

  private Optional<String> findError(SimulatedRun run, boolean stopped) {
    if (!stopped) {
      return Optional.empty();
    }
    if (!run.due()) {
      return Optional.of(run.name() + ": stopped although no stop was due");
    }
    StoppingDecision decision =
        listed.getOrDefault(run.uid(), TrainingRun.getDefaultInstance()).getDecision();
    boolean asPlanned =
        run.plan().byPerson()
            ? decision.getReason() == DecisionReason.DECISION_REASON_REQUESTED
            : decision.getReason() == DecisionReason.DECISION_REASON_PLATEAU_REACHED
                && decision.getStopEpoch() == run.plan().epoch();
    return asPlanned
        ? Optional.empty()
        : Optional.of(
            "%s: expected %s at epoch %d, found %s at epoch %d"
                .formatted(
                    run.name(),
                    run.plan().byPerson() ? "a person's stop" : "the policy's stop",
                    run.plan().epoch(),
                    decision.getReason(),
                    decision.getStopEpoch()));
  }
}
