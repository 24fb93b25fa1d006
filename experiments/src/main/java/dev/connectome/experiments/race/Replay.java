package dev.connectome.experiments.race;

import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.PolicyReplay;
import dev.connectome.stopping.RunHistory;
import dev.connectome.stopping.SafetyEnvelope;
import dev.connectome.stopping.StoppingPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Replays policies on recorded training runs, with the rules that the controller uses. */
final class Replay {
  private final Map<RecordedRun, RunHistory> histories = new IdentityHashMap<>();

  /**
   * What a policy would have decided on a run, within the safety envelope that the product puts
   * around every policy; empty if it would not have stopped the run.
   */
  Optional<Decision> decide(StoppingPolicy policy, RecordedRun run) {
    return decideAlone(envelope(run).around(policy), run);
  }

  /** What a control would have decided on a run, without the envelope. */
  Optional<Decision> decideAlone(StoppingPolicy policy, RecordedRun run) {
    return PolicyReplay.of(policy, histories.computeIfAbsent(run, Replay::history))
        .decision()
        .map(decision -> new Decision(decision.stopEpoch(), decision.keptEpoch()));
  }

  /** As the controller computes it; without a number of updates, for as many as it asks for. */
  private static SafetyEnvelope envelope(RecordedRun run) {
    int updates = run.updatesPerEpoch() > 0 ? run.updatesPerEpoch() : SafetyEnvelope.MIN_UPDATES;
    return SafetyEnvelope.of(run.warmUpEpochs(), updates, SafetyEnvelope.MIN_UPDATES);
  }

  private static RunHistory history(RecordedRun run) {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = 1; epoch <= run.epochs(); epoch++) {
      Map<String, Double> values = new HashMap<>();
      for (String name : run.series().keySet()) {
        run.at(name, epoch).ifPresent(value -> values.put(name, value));
      }
      // A distance across a gap was not recorded, so that what was is a plain value here.
      observations.add(new EpochObservation(1, epoch, OptionalInt.empty(), Map.of(), values));
    }
    return RunHistory.of(observations, 1);
  }
}
