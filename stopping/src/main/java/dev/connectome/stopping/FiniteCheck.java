package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Ends a run whose training has broken down: a series that its policy monitors, or its training
 * loss, is NaN or infinite. No policy needs to ask for it, and no envelope delays it.
 */
public final class FiniteCheck {

  /** The policy id and the rule that the decision names. */
  public static final String ID = "finite";

  private static final String LOSS = "trainLoss";

  private FiniteCheck() {}

  /**
   * The decision to end a run.
   *
   * @param policy the policy that is enforced
   * @param history what is known of the run
   * @param afterEpoch epochs up to this one are not checked; 0 for none
   * @return the decision at the first epoch with such a value; empty if there is none
   */
  public static Optional<StopDecision> decide(
      StoppingPolicy policy, RunHistory history, int afterEpoch) {
    Set<String> monitors = new TreeSet<>(policy.monitors());
    monitors.add(LOSS);
    for (EpochObservation observation : history.observations()) {
      if (observation.epoch() > afterEpoch) {
        for (String monitor : monitors) {
          OptionalDouble value = observation.value(monitor, history.probeEveryEpochs());
          if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
            return Optional.of(decision(monitor, observation.epoch(), value.getAsDouble()));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static StopDecision decision(String monitor, int epoch, double value) {
    return new StopDecision(
        ID,
        ID,
        monitor,
        DecisionReason.NOT_FINITE,
        "%s is %s at epoch %d: the training has broken down; try a smaller learning rate"
            .formatted(monitor, value, epoch),
        epoch,
        OptionalInt.empty(),
        List.of(new SeriesPoint(epoch, value)),
        List.of(),
        Optional.empty());
  }
}
