package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Stops after a number of points without improvement. The settings mean what they mean in the
 * early-stopping callbacks of Keras and Lightning.
 *
 * <p>A value improves on a reference if it is better by more than {@code minDelta}. Each point is
 * compared with the best so far, and the first finite one always improves. An improvement that,
 * where a baseline is set, also improves on the baseline resets the count of points without
 * improvement. At every point the causes are checked in this order: not finite, stopping threshold,
 * divergence threshold, patience used up at a point that does not improve.
 *
 * @param mode which values are better
 * @param minDelta the change that an improvement must exceed, in units of the series, 0 or more
 * @param patience points without improvement after which to stop, 1 or more
 * @param startFromEpoch points before this epoch are ignored, 1 or more
 * @param baseline a value that an improvement must better to reset the patience; not NaN
 * @param stoppingThreshold stop at once at a value better than this; not NaN
 * @param divergenceThreshold stop at once at a value worse than this; not NaN
 * @param checkFinite stop at once at a value that is NaN or infinite; otherwise such a point is
 *     missing
 * @param restoreBest keep the weights of the best epoch rather than the last
 */
public record PatienceRule(
    Mode mode,
    double minDelta,
    int patience,
    int startFromEpoch,
    OptionalDouble baseline,
    OptionalDouble stoppingThreshold,
    OptionalDouble divergenceThreshold,
    boolean checkFinite,
    boolean restoreBest)
    implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "patience";

  /** Five points without a new minimum; the last weights are kept. */
  public static final PatienceRule DEFAULT =
      new PatienceRule(
          Mode.MIN,
          0,
          5,
          1,
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          true,
          false);

  /** Which values are better. */
  public enum Mode {
    /** Smaller ones. */
    MIN,
    /** Larger ones. */
    MAX;

    boolean isBetter(double value, double reference) {
      return this == MIN ? value < reference : value > reference;
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public PatienceRule {
    Values.check(minDelta >= 0 && Double.isFinite(minDelta), "minDelta", "0 or more", minDelta);
    Values.check(patience >= 1, "patience", "1 or more", patience);
    Values.check(startFromEpoch >= 1, "startFromEpoch", "1 or more", startFromEpoch);
    checkNumber("baseline", baseline);
    checkNumber("stoppingThreshold", stoppingThreshold);
    checkNumber("divergenceThreshold", divergenceThreshold);
  }

  private static void checkNumber(String name, OptionalDouble value) {
    Values.check(!Double.isNaN(value.orElse(0)), name, "a number", value.orElse(0));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int restoreDistance() {
    return restoreBest ? patience : 0;
  }

  @Override
  public RuleEvaluation startEvaluation() {
    return new Evaluation();
  }

  private boolean improves(double value, double reference) {
    return mode.isBetter(mode == Mode.MIN ? value + minDelta : value - minDelta, reference);
  }

  private final class Evaluation extends RuleEvaluation {
    private double best = mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    private OptionalInt bestEpoch = OptionalInt.empty();
    private double value;
    private int wait;

    @Override
    boolean isMissing(SeriesPoint point) {
      return !checkFinite && super.isMissing(point);
    }

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      if (point.epoch() < startFromEpoch) {
        return Optional.empty();
      }
      value = point.value();
      boolean improvesBest = point.isFinite() && improves(value, best);
      boolean improvesBaseline = baseline.isEmpty() || improves(value, baseline.getAsDouble());
      if (improvesBest) {
        best = value;
        bestEpoch = OptionalInt.of(point.epoch());
      }
      wait = improvesBest && improvesBaseline ? 0 : wait + 1;
      return Optional.ofNullable(reason(improvesBest));
    }

    private @Nullable DecisionReason reason(boolean improvesBest) {
      if (!Double.isFinite(value)) {
        return DecisionReason.NOT_FINITE;
      }
      if (stoppingThreshold.isPresent() && mode.isBetter(value, stoppingThreshold.getAsDouble())) {
        return DecisionReason.THRESHOLD_REACHED;
      }
      if (divergenceThreshold.isPresent()
          && mode.isBetter(divergenceThreshold.getAsDouble(), value)) {
        return DecisionReason.DIVERGED;
      }
      return wait >= patience && !improvesBest ? DecisionReason.NO_IMPROVEMENT : null;
    }

    @Override
    OptionalInt restoreEpoch() {
      return restoreBest ? bestEpoch : OptionalInt.empty();
    }

    @Override
    long evidencePoints() {
      return patience + 1L;
    }

    @Override
    String message(DecisionReason reason) {
      return switch (reason) {
        case NOT_FINITE -> "is " + value;
        case THRESHOLD_REACHED ->
            "is %s, better than the stopping threshold %s"
                .formatted(number(value), number(stoppingThreshold.orElseThrow()));
        case DIVERGED ->
            "is %s, worse than the divergence threshold %s"
                .formatted(number(value), number(divergenceThreshold.orElseThrow()));
        default ->
            "has not improved for %d points; its best value was %s".formatted(wait, number(best));
      };
    }
  }
}
