package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Stops after a number of points without improvement; the settings mean what they mean in the
 * early-stopping callbacks of Keras and Lightning.
 *
 * <p>A value improves on a reference if it is better by more than {@code minDelta}. Every point is
 * compared with the best so far; the patience begins anew at an improvement that, where a baseline
 * is set, improves on the baseline too.
 *
 * @param mode which values are better
 * @param minDelta the least change that counts as an improvement, 0 or more
 * @param patience points without an improvement after which to stop, 1 or more
 * @param startFromEpoch points before this epoch are ignored, 1 or more
 * @param baseline a value that must be bettered for the patience to begin anew
 * @param stoppingThreshold stop at once when the value is better than this
 * @param divergenceThreshold stop at once when the value is worse than this
 * @param checkFinite stop at once when the value is NaN or infinite; otherwise such a point is
 *     missing
 * @param restoreBest keep the weights of the best epoch rather than of the last
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
   * @throws IllegalArgumentException if one is out of its range
   */
  public PatienceRule {
    Values.check(minDelta >= 0 && Double.isFinite(minDelta), "minDelta", "0 or more", minDelta);
    Values.check(patience >= 1, "patience", "1 or more", patience);
    Values.check(startFromEpoch >= 1, "startFromEpoch", "1 or more", startFromEpoch);
    checkNumber("baseline", baseline);
    checkNumber("stoppingThreshold", stoppingThreshold);
    checkNumber("divergenceThreshold", divergenceThreshold);
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
  public Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    Series read = checkFinite ? series : series.finite();
    double best = mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    OptionalInt bestEpoch = OptionalInt.empty();
    int wait = 0;
    for (int t = 0; t < read.points().size(); t++) {
      SeriesPoint point = read.points().get(t);
      if (point.epoch() < startFromEpoch) {
        continue;
      }
      boolean bettersBest = point.isFinite() && improves(point.value(), best);
      boolean bettersBaseline =
          baseline.isEmpty() || improves(point.value(), baseline.getAsDouble());
      if (bettersBest) {
        best = point.value();
        bestEpoch = OptionalInt.of(point.epoch());
      }
      wait = bettersBest && bettersBaseline ? 0 : wait + 1;
      Optional<Cause> cause = cause(point.value(), bettersBest, wait, best);
      if (cause.isPresent() && point.epoch() > afterEpoch) {
        return Optional.of(
            new StopVerdict(
                point.epoch(),
                restoreBest ? bestEpoch : OptionalInt.empty(),
                cause.get().reason(),
                cause.get().message(),
                read.window(t, patience + 1)));
      }
    }
    return Optional.empty();
  }

  private record Cause(DecisionReason reason, String message) {}

  private Optional<Cause> cause(double value, boolean bettersBest, int wait, double best) {
    if (!Double.isFinite(value)) {
      return Optional.of(new Cause(DecisionReason.NOT_FINITE, "is " + value));
    }
    if (stoppingThreshold.isPresent() && mode.isBetter(value, stoppingThreshold.getAsDouble())) {
      return Optional.of(
          new Cause(
              DecisionReason.THRESHOLD_REACHED,
              "is %s, better than the stopping threshold %s"
                  .formatted(number(value), number(stoppingThreshold.getAsDouble()))));
    }
    if (divergenceThreshold.isPresent()
        && mode.isBetter(divergenceThreshold.getAsDouble(), value)) {
      return Optional.of(
          new Cause(
              DecisionReason.DIVERGED,
              "is %s, worse than the divergence threshold %s"
                  .formatted(number(value), number(divergenceThreshold.getAsDouble()))));
    }
    if (wait >= patience && !bettersBest) {
      return Optional.of(
          new Cause(
              DecisionReason.NO_IMPROVEMENT,
              "has not improved for %d points; its best value was %s"
                  .formatted(wait, number(best))));
    }
    return Optional.empty();
  }

  private boolean improves(double value, double reference) {
    return mode.isBetter(mode == Mode.MIN ? value + minDelta : value - minDelta, reference);
  }

  private static void checkNumber(String name, OptionalDouble value) {
    Values.check(
        value.isEmpty() || !Double.isNaN(value.getAsDouble()),
        name,
        "a number",
        value.orElse(Double.NaN));
  }
}
