package dev.connectome.stopping;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ends a run whose training has broken down: a series that its policy monitors, or its training
 * loss, is NaN or infinite at {@value #IN_A_ROW} points in a row. One such point may be a
 * mini-batch that overflowed and was skipped. No policy needs to ask for it, and no envelope delays
 * it. A fold like {@link PolicyEvaluation}. Mutable; for one thread at a time.
 */
public final class FiniteCheck {

  /** The policy id and the rule that the decision names. */
  public static final String ID = "finite";

  private static final int IN_A_ROW = 2;
  private static final String LOSS = "trainLoss";

  private final int probeEveryEpochs;

  /** How many points in a row were not finite, by series in the order of their names. */
  private final SortedMap<String, Integer> notFinite = new TreeMap<>();

  private FiniteCheck(StoppingPolicy policy, int probeEveryEpochs) {
    this.probeEveryEpochs = probeEveryEpochs;
    series(policy).forEach(name -> notFinite.put(name, 0));
  }

  /**
   * The series that the check reads.
   *
   * @param policy the policy that is enforced
   * @return their names
   */
  public static Set<String> series(StoppingPolicy policy) {
    Set<String> names = new TreeSet<>(policy.monitors());
    names.add(LOSS);
    return names;
  }

  /**
   * Begins a check of a run.
   *
   * @param policy the policy that is enforced
   * @param probeEveryEpochs every how many epochs the run is probed, 1 or more
   * @return a check that has not read any epoch
   */
  public static FiniteCheck start(StoppingPolicy policy, int probeEveryEpochs) {
    return new FiniteCheck(policy, probeEveryEpochs);
  }

  /**
   * Reads the next epoch.
   *
   * @param observation what is known of an epoch later than all before
   * @return the decision to end the run at this epoch; empty if nothing is broken there
   */
  public Optional<StopDecision> advance(EpochObservation observation) {
    Optional<StopDecision> decision = Optional.empty();
    for (Map.Entry<String, Integer> series : notFinite.entrySet()) {
      OptionalDouble value = observation.value(series.getKey(), probeEveryEpochs);
      if (value.isPresent()) {
        var point = new SeriesPoint(observation.epoch(), value.getAsDouble());
        series.setValue(point.isFinite() ? 0 : series.getValue() + 1);
        if (series.getValue() >= IN_A_ROW && decision.isEmpty()) {
          decision = Optional.of(decision(series.getKey(), point));
        }
      }
    }
    return decision;
  }

  /**
   * The decision to end a run.
   *
   * @param policy the policy that is enforced
   * @param history what is known of the run
   * @param afterEpoch epochs up to this one are read but do not end the run; 0 for none
   * @return the decision at the first epoch with such a value; empty if there is none
   */
  public static Optional<StopDecision> decide(
      StoppingPolicy policy, RunHistory history, int afterEpoch) {
    FiniteCheck check = start(policy, history.probeEveryEpochs());
    for (EpochObservation observation : history.observations()) {
      Optional<StopDecision> decision = check.advance(observation);
      if (decision.isPresent() && observation.epoch() > afterEpoch) {
        return decision;
      }
    }
    return Optional.empty();
  }

  private static StopDecision decision(String monitor, SeriesPoint point) {
    return new StopDecision(
        ID,
        ID,
        monitor,
        DecisionReason.NOT_FINITE,
        "%s is %s at epoch %d and was not finite before: the training has broken down; create a new run with a smaller learning rate"
            .formatted(monitor, point.value(), point.epoch()),
        point.epoch(),
        OptionalInt.empty(),
        List.of(point),
        List.of(),
        Optional.empty());
  }
}
