package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;
import static dev.connectome.stopping.Values.points;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Stops when the series, below a fraction of its peak, has almost stopped falling. With {@code s}
 * the exponential moving average of the points that exist ({@code s[0] = v[0]}, then weight {@code
 * smoothing} on the newest value), it stops at every {@code t >= window} where both
 *
 * <pre>
 *   s[t] &lt;= peakFraction * max(s[0..t])
 *   (s[t-window] - s[t]) / s[t-window] &lt; minRelativeDrop
 * </pre>
 *
 * hold and have held for at least {@code confirm} points in a row. The first condition keeps the
 * rule from stopping a run whose series still rises, or has risen and not yet fallen; with {@code
 * peakFraction} 1 it always holds. Where {@code s[t-window]} is zero or negative a fraction of it
 * means nothing, and the drop is divided by the largest drop over a window so far instead. A series
 * that has never been above zero never stops.
 *
 * @param smoothing weight of the newest value, above 0 and at most 1; 1 does not smooth
 * @param peakFraction the fraction of the peak, above 0 and at most 1
 * @param window points over which the drop is measured, 1 or more
 * @param minRelativeDrop the least relative drop of a series that is still falling, between 0 and
 *     1, both excluded
 * @param confirm points in a row at which both conditions must hold, 1 or more
 */
public record DiminishingRule(
    double smoothing, double peakFraction, int window, double minRelativeDrop, int confirm)
    implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "diminishing";

  /**
   * The product's default, for {@link #defaultMonitor()}. For a distance, which rises before it
   * falls, choose a smaller {@code peakFraction}.
   */
  public static final DiminishingRule DEFAULT = new DiminishingRule(0.3, 1, 3, 0.3, 2);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public DiminishingRule {
    Values.checkSmoothing(smoothing);
    Values.checkPeakFraction(peakFraction);
    Values.check(window >= 1, "window", "1 or more", window);
    Values.check(
        minRelativeDrop > 0 && minRelativeDrop < 1,
        "minRelativeDrop",
        "between 0 and 1",
        minRelativeDrop);
    Values.checkConfirm(confirm);
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
  public RuleEvaluation startEvaluation() {
    return new Evaluation();
  }

  private final class Evaluation extends RuleEvaluation {
    private final MovingAverage movingAverage = new MovingAverage(smoothing);

    /** The averages of the last {@code window} points, oldest first. */
    private final Deque<Double> averages = new ArrayDeque<>();

    private double average;
    private double peak;
    private double drop;
    private double largestDrop;
    private int held;

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      average = movingAverage.add(point.value());
      peak = Math.max(peak, average);
      averages.addLast(average);
      boolean holds = false;
      if (averages.size() > window) {
        double start = averages.removeFirst();
        largestDrop = Math.max(largestDrop, start - average);
        drop = relative(start - average, start);
        holds = peak > 0 && average <= peakFraction * peak && drop < minRelativeDrop;
      }
      held = holds ? held + 1 : 0;
      return held >= confirm ? Optional.of(DecisionReason.DIMINISHING_CHANGE) : Optional.empty();
    }

    private double relative(double difference, double start) {
      if (start > 0) {
        return difference / start;
      }
      return largestDrop > 0 ? difference / largestDrop : 0;
    }

    @Override
    long evidencePoints() {
      return (long) window + confirm;
    }

    @Override
    String message(DecisionReason reason) {
      String change =
          drop >= 0 ? "fell by only " + percent(drop) : "rose by " + percent(-drop) + ", not fell,";
      return "has settled: its moving average %s over %d points (threshold %s), for %s in a row, and is at %s of its peak %s"
          .formatted(
              change,
              window,
              percent(minRelativeDrop),
              points(held),
              percent(average / peak),
              number(peak));
    }
  }
}
