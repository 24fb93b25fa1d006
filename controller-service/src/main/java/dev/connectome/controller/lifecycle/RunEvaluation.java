package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SampleSeries;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.store.RunRow;
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.FiniteCheck;
import dev.connectome.stopping.PolicyEvaluation;
import dev.connectome.stopping.PolicyHold;
import dev.connectome.stopping.RearmedEvaluation;
import dev.connectome.stopping.SeriesPoint;
import dev.connectome.stopping.StopDecision;
import dev.connectome.stopping.StoppingPolicy;
import dev.connectome.stopping.TrainingStage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The evaluation of a run's policies up to a point of its series: folds, so that a further point
 * costs the same however many there were. It can be derived from the database at any time.
 */
final class RunEvaluation {

  /** Every series has a value by this snapshot: distances start with the second. */
  private static final int SERIES_START_WITHIN = 3;

  private final byte[] definition;
  private final int consumedEpoch;
  private final int rearmEpoch;
  private final int probeEveryEpochs;
  private final boolean mayStop;
  private final FiniteCheck finite;
  private final RearmedEvaluation policy;
  private final Map<String, PolicyEvaluation> shadows = new LinkedHashMap<>();
  private final TrainingStage.Tracker stages = new TrainingStage.Tracker();

  /** The monitors without a value so far, by policy. */
  private final Map<String, Set<String>> missing = new LinkedHashMap<>();

  private int observations;
  private long position;

  /** What the policies decided at new points. */
  static final class Findings {
    private Optional<StopDecision> brokenDown = Optional.empty();
    private Optional<StopDecision> stop = Optional.empty();
    private final List<StopDecision> shadows = new ArrayList<>();
    private final List<MissingSeries> missing = new ArrayList<>();

    /** The decision to end a run whose numbers are not finite. */
    Optional<StopDecision> brokenDown() {
      return brokenDown;
    }

    /** The first decision of the enforcing policy that was not consumed. */
    Optional<StopDecision> stop() {
      return stop;
    }

    /** The first decisions of shadow policies. */
    List<StopDecision> shadows() {
      return shadows;
    }

    List<MissingSeries> missing() {
      return missing;
    }

    boolean isEmpty() {
      return brokenDown.isEmpty() && stop.isEmpty() && shadows.isEmpty() && missing.isEmpty();
    }
  }

  /** A monitor of a policy that had no value in the first snapshots. */
  record MissingSeries(String policyId, String monitor) {

    String message() {
      return "the first %d snapshots have no value of %s, so this policy cannot decide; %s"
          .formatted(SERIES_START_WITHIN, monitor, SampleSeries.remedy(monitor));
    }
  }

  /**
   * Begins before the first point.
   *
   * @param decided the ids of the shadow policies whose decisions are recorded
   */
  RunEvaluation(RunRow run, Set<String> decided) {
    definition = run.definition();
    consumedEpoch = run.consumedEpoch();
    rearmEpoch = run.rearmEpoch();
    RunDefinition asked = RunDefinition.of(definition);
    probeEveryEpochs = asked.spec().getProbe().getEveryEpochs();
    StoppingPolicy enforcing = asked.policy();
    mayStop = run.launcher() != LauncherType.EXTERNAL || !enforcing.monitors().isEmpty();
    finite = FiniteCheck.start(enforcing, probeEveryEpochs);
    policy =
        new RearmedEvaluation(
            enforcing.startEvaluation(probeEveryEpochs), consumedEpoch, rearmEpoch);
    for (StoppingPolicy shadow : asked.shadowPolicies()) {
      missing.put(shadow.id(), new TreeSet<>(shadow.monitors()));
      if (!decided.contains(shadow.id())) {
        shadows.put(shadow.id(), shadow.startEvaluation(probeEveryEpochs));
      }
    }
    missing.put(enforcing.id(), new TreeSet<>(enforcing.monitors()));
  }

  /** The names of the series that the policies of a run and its stages read. */
  static Set<String> series(RunRow run) {
    RunDefinition asked = RunDefinition.of(run.definition());
    Set<String> names = new HashSet<>(FiniteCheck.series(asked.policy()));
    asked.shadowPolicies().forEach(shadow -> names.addAll(shadow.monitors()));
    names.add(TrainingStage.MONITOR);
    return names;
  }

  /** Whether it is the evaluation of a run's log up to a position under the run's settings now. */
  boolean isOf(RunRow run, long logPosition) {
    return position == logPosition && hasSettingsOf(run);
  }

  boolean hasSettingsOf(RunRow run) {
    return consumedEpoch == run.consumedEpoch()
        && rearmEpoch == run.rearmEpoch()
        && Arrays.equals(definition, run.definition());
  }

  /** Sets the position of the last signature that has been read. */
  void readTo(long logPosition) {
    position = logPosition;
  }

  String stages() {
    return RunCodec.stages(stages.transitions());
  }

  /** What keeps policies from stopping the run at the point read last: the enforcing one first. */
  List<PolicyHold> holds() {
    return Stream.concat(
            policy.hold().stream(),
            shadows.values().stream().flatMap(shadow -> shadow.hold().stream()))
        .toList();
  }

  /** Reads the next point; adds what is decided there to the findings if the point is new. */
  void read(EpochObservation observation, boolean isNew, Findings findings) {
    observations++;
    observation
        .value(TrainingStage.MONITOR, probeEveryEpochs)
        .ifPresent(value -> stages.advance(new SeriesPoint(observation.epoch(), value)));
    Optional<StopDecision> brokenDown = finite.advance(observation);
    boolean stops = policy.advance(observation);
    if (isNew && mayStop) {
      findings.brokenDown = findings.brokenDown.or(() -> brokenDown);
      if (stops && findings.stop.isEmpty()) {
        findings.stop = Optional.of(policy.decision());
        policy.consume(observation.epoch(), 0);
      }
    }
    readShadows(observation, isNew, findings);
    readMonitors(observation, isNew, findings);
  }

  private void readShadows(EpochObservation observation, boolean isNew, Findings findings) {
    shadows
        .values()
        .removeIf(
            shadow -> {
              boolean decides = shadow.advance(observation) && isNew;
              if (decides) {
                findings.shadows.add(shadow.decision());
              }
              return decides;
            });
  }

  private void readMonitors(EpochObservation observation, boolean isNew, Findings findings) {
    if (observations > SERIES_START_WITHIN) {
      return;
    }
    missing
        .values()
        .forEach(
            monitors ->
                monitors.removeIf(
                    monitor -> observation.value(monitor, probeEveryEpochs).isPresent()));
    if (observations == SERIES_START_WITHIN && isNew) {
      missing.forEach(
          (id, monitors) ->
              monitors.forEach(monitor -> findings.missing.add(new MissingSeries(id, monitor))));
    }
  }
}
