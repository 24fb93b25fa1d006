package dev.connectome.stopping;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a policy would have decided on a recorded run.
 *
 * @param history what was recorded
 * @param decision the policy's first decision; empty if it would not have stopped the run
 */
public record PolicyReplay(RunHistory history, Optional<StopDecision> decision) {

  /** The series that accuracies are taken from: the first that has the values needed. */
  private static final List<String> ACCURACIES = List.of("testAccuracy", "validationAccuracy");

  /**
   * The series that a replay reads.
   *
   * @param policy the policy
   * @return their names
   */
  public static Set<String> series(StoppingPolicy policy) {
    Set<String> names = new HashSet<>(policy.monitors());
    names.addAll(ACCURACIES);
    return names;
  }

  /**
   * Replays a policy.
   *
   * @param policy the policy
   * @param history what was recorded of a run
   * @return what the policy would have decided
   */
  public static PolicyReplay of(StoppingPolicy policy, RunHistory history) {
    return new PolicyReplay(history, policy.decide(history));
  }

  /** {@return the last epoch recorded; 0 for an empty history} */
  public int lastEpoch() {
    return history.lastEpoch().orElse(0);
  }

  /** {@return how many epochs were recorded beyond the decision; 0 without one} */
  public int epochsSaved() {
    return decision.map(stop -> lastEpoch() - stop.stopEpoch()).orElse(0);
  }

  /**
   * The accuracy at the epoch whose weights the policy keeps, less that at another epoch: of {@code
   * testAccuracy} if it has values at both epochs, else of {@code validationAccuracy}.
   *
   * @param referenceEpoch the epoch to compare with
   * @return the difference, in units of the series; empty without a decision, and if neither series
   *     has both values
   */
  public OptionalDouble accuracyDifference(int referenceEpoch) {
    if (decision.isEmpty()) {
      return OptionalDouble.empty();
    }
    for (String name : ACCURACIES) {
      OptionalDouble kept = valueAt(name, decision.get().keptEpoch());
      OptionalDouble reference = valueAt(name, referenceEpoch);
      if (kept.isPresent() && reference.isPresent()) {
        return OptionalDouble.of(kept.getAsDouble() - reference.getAsDouble());
      }
    }
    return OptionalDouble.empty();
  }

  private OptionalDouble valueAt(String name, int epoch) {
    return history.series(name).points().stream()
        .filter(point -> point.epoch() == epoch)
        .mapToDouble(SeriesPoint::value)
        .findFirst();
  }
}
