package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Stops when the series has passed its first trough, and keeps the weights of the trough. With
 * {@code s} the exponential moving average of the points that exist (weight {@code smoothing} on
 * the newest) and {@code u} the place of its lowest value since its peak {@code p = max(s[0..t])},
 * it says stop at the first {@code t} where
 *
 * <pre>
 *   s[u] &lt; p   and   s[u] &lt;= peakFraction * p   and   t - u &gt;= confirm
 * </pre>
 *
 * A higher peak begins the search anew, so that a series that still rises has no trough. On the
 * number of training images whose predicted class changed since the epoch before this is the rule
 * of Label Wave (Yuan, Feng and Liu, ICLR 2024), which averages over the last three epochs instead.
 *
 * @param smoothing weight of the newest value, above 0 and at most 1
 * @param peakFraction how far below its peak the trough must be, above 0 and at most 1
 * @param confirm points in a row that must not undercut the trough, 1 or more
 */
public record TroughRule(double smoothing, double peakFraction, int confirm)
    implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "trough";

  /** The first rise of a lightly smoothed series. */
  public static final TroughRule DEFAULT = new TroughRule(0.5, 1, 1);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public TroughRule {
    Values.check(smoothing > 0 && smoothing <= 1, "smoothing", "above 0 and at most 1", smoothing);
    Values.check(
        peakFraction > 0 && peakFraction <= 1,
        "peakFraction",
        "above 0 and at most 1",
        peakFraction);
    Values.check(confirm >= 1, "confirm", "1 or more", confirm);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int restoreDistance() {
    return confirm;
  }

  @Override
  public Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    Series finite = series.finite();
    double[] smoothed = finite.movingAverage(smoothing);
    double peak = Double.NEGATIVE_INFINITY;
    int trough = 0;
    for (int t = 0; t < smoothed.length; t++) {
      if (smoothed[t] > peak) {
        peak = smoothed[t];
        trough = t;
      } else if (smoothed[t] < smoothed[trough]) {
        trough = t;
      }
      boolean low = smoothed[trough] < peak && smoothed[trough] <= peakFraction * peak;
      int epoch = finite.points().get(t).epoch();
      if (low && t - trough >= confirm && epoch > afterEpoch) {
        return Optional.of(
            new StopVerdict(
                epoch,
                OptionalInt.of(finite.points().get(trough).epoch()),
                DecisionReason.TROUGH_PASSED,
                "has passed its trough: for %s its moving average has not been below %s, %s of its peak %s"
                    .formatted(
                        t - trough == 1 ? "1 point" : t - trough + " points",
                        number(smoothed[trough]),
                        percent(smoothed[trough] / peak),
                        number(peak)),
                finite.window(t, t - trough + 2)));
      }
    }
    return Optional.empty();
  }
}
