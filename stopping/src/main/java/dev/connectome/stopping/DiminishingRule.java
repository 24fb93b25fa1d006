package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Stops when the series, well below its peak, has stopped falling. With {@code s} the exponential
 * moving average of the points that exist (weight {@code smoothing} on the newest), it says stop at
 * the first {@code t} where
 *
 * <pre>
 *   s[t] &lt;= peakFraction * max(s[0..t])   and   (s[t-window] - s[t]) / s[t-window] &lt; minRelativeDrop
 * </pre>
 *
 * have held for {@code confirm} points in a row. With {@code peakFraction} below 1 the first
 * condition keeps the rule quiet while the network still reorganises itself, when a distance rises
 * and has not fallen either. A series that has never been above zero says nothing.
 *
 * @param smoothing weight of the newest value, above 0 and at most 1
 * @param peakFraction how far below its peak the average must be, above 0 and at most 1
 * @param window points over which the fall is measured, 1 or more
 * @param minRelativeDrop the least relative fall that counts as going on, between 0 and 1, both
 *     excluded
 * @param confirm points in a row that must hold, 1 or more
 */
public record DiminishingRule(
    double smoothing, double peakFraction, int window, double minRelativeDrop, int confirm)
    implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "diminishing";

  /**
   * The product's default, for {@link #defaultMonitor()}: what did best on trainings that it was
   * not chosen on. On a distance, which rises before it falls, a smaller {@code peakFraction} keeps
   * the rule quiet until then.
   */
  public static final DiminishingRule DEFAULT = new DiminishingRule(0.3, 1, 3, 0.3, 2);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public DiminishingRule {
    Values.check(smoothing > 0 && smoothing <= 1, "smoothing", "above 0 and at most 1", smoothing);
    Values.check(
        peakFraction > 0 && peakFraction <= 1,
        "peakFraction",
        "above 0 and at most 1",
        peakFraction);
    Values.check(window >= 1, "window", "1 or more", window);
    Values.check(
        minRelativeDrop > 0 && minRelativeDrop < 1,
        "minRelativeDrop",
        "between 0 and 1",
        minRelativeDrop);
    Values.check(confirm >= 1, "confirm", "1 or more", confirm);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String defaultMonitor() {
    return "trainLoss";
  }

  @Override
  public Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    Series finite = series.finite();
    double[] smoothed = finite.movingAverage(smoothing);
    double peak = 0;
    int held = 0;
    for (int t = 0; t < smoothed.length; t++) {
      peak = Math.max(peak, smoothed[t]);
      boolean holds =
          t >= window
              && peak > 0
              && smoothed[t] <= peakFraction * peak
              && relativeDrop(smoothed, t) < minRelativeDrop;
      held = holds ? held + 1 : 0;
      int epoch = finite.points().get(t).epoch();
      if (held >= confirm && epoch > afterEpoch) {
        return Optional.of(
            new StopVerdict(
                epoch,
                OptionalInt.empty(),
                DecisionReason.DIMINISHING_CHANGE,
                message(smoothed, t, peak, held),
                finite.window(t, window + confirm)));
      }
    }
    return Optional.empty();
  }

  /** The fall over the window; a start at zero or below leaves nothing to fall. */
  private double relativeDrop(double[] smoothed, int t) {
    double start = smoothed[t - window];
    return start > 0 ? (start - smoothed[t]) / start : 0;
  }

  private String message(double[] smoothed, int t, double peak, int held) {
    double drop = relativeDrop(smoothed, t);
    String change =
        drop >= 0 ? "fell by only " + percent(drop) : "rose by " + percent(-drop) + ", not fell,";
    return "has settled: its moving average %s over %d points (a fall of %s counts as going on), for %s in a row, and is at %s of its peak %s"
        .formatted(
            change,
            window,
            percent(minRelativeDrop),
            held == 1 ? "1 point" : held + " points",
            percent(smoothed[t] / peak),
            number(peak));
  }
}
