package dev.connectome.stopping;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Ends a run whose training has broken down: a series that its policy monitors, or its training
 * loss, is NaN or infinite at {@value #IN_A_ROW} points in a row. One such point may be a
 * mini-batch that overflowed and was skipped. No policy needs to ask for it, and no envelope delays
 * it.
 */
public final class FiniteCheck {

  /** The policy id and the rule that the decision names. */
  public static final String ID = "finite";

  private static final int IN_A_ROW = 2;
  private static final String LOSS = "trainLoss";

  private FiniteCheck() {}

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
    Set<String> monitors = new TreeSet<>(policy.monitors());
    monitors.add(LOSS);
    return monitors.stream()
        .flatMap(monitor -> broken(monitor, history.series(monitor), afterEpoch).stream())
        .min(Comparator.comparingInt(StopDecision::stopEpoch));
  }

  private static Optional<StopDecision> broken(String monitor, Series series, int afterEpoch) {
    int inARow = 0;
    for (SeriesPoint point : series.points()) {
      inARow = point.isFinite() ? 0 : inARow + 1;
      if (inARow >= IN_A_ROW && point.epoch() > afterEpoch) {
        return Optional.of(decision(monitor, point));
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
