package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;
import static dev.connectome.stopping.Values.points;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Stops when the series has fallen well below its first value and its fall has slowed down. With
 * {@code s} the exponential moving average of the points that exist ({@code s[0] = v[0]}, then
 * weight {@code smoothing} on the newest value) and {@code f[t] = s[t-window] - s[t]} the fall over
 * the window, it stops at every {@code t >= window} where
 *
 * <pre>
 *   v[0] - s[t] &gt;= minFall * |v[0]|
 *   f[t] &lt;= maxPace * max(f[window..t]),   max(f[window..t]) &gt; 0
 * </pre>
 *
 * hold and have held for at least {@code confirm} points in a row. A loss that has hardly begun to
 * fall fails the first condition, one that falls as fast as ever the second; falls are differences,
 * so the series may cross zero. Alone it is early for a stop: it is meant as a member of {@code
 * all}, to keep other rules from stopping a run that starts slowly.
 *
 * @param smoothing weight of the newest value, above 0 and at most 1; 1 does not smooth
 * @param minFall the least fall below the first value, as a fraction of its absolute value, above 0
 *     and at most 1
 * @param window points over which a fall is measured, 1 or more
 * @param maxPace the fraction of the fastest fall so far that the latest one must not exceed, above
 *     0 and below 1
 * @param confirm points in a row at which both conditions must hold, 1 or more
 */
public record SlowingRule(double smoothing, double minFall, int window, double maxPace, int confirm)
    implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "slowing";

  /** A quarter of the first value, and at most 70 % of the fastest fall over three points. */
  public static final SlowingRule DEFAULT = new SlowingRule(0.5, 0.25, 3, 0.7, 2);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public SlowingRule {
    Values.checkSmoothing(smoothing);
    Values.check(minFall > 0 && minFall <= 1, "minFall", "above 0 and at most 1", minFall);
    Values.check(window >= 1, "window", "1 or more", window);
    Values.check(maxPace > 0 && maxPace < 1, "maxPace", "between 0 and 1", maxPace);
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

    private double first = Double.NaN;
    private double average;
    private double fall;
    private double fastestFall;
    private int held;

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      first = Double.isNaN(first) ? point.value() : first;
      average = movingAverage.add(point.value());
      averages.addLast(average);
      boolean holds = false;
      if (averages.size() > window) {
        fall = averages.removeFirst() - average;
        fastestFall = Math.max(fastestFall, fall);
        holds =
            first - average >= minFall * Math.abs(first)
                && fastestFall > 0
                && fall <= maxPace * fastestFall;
      }
      held = holds ? held + 1 : 0;
      return held >= confirm ? Optional.of(DecisionReason.SLOWED) : Optional.empty();
    }

    @Override
    long evidencePoints() {
      return (long) window + confirm;
    }

    @Override
    String message(DecisionReason reason) {
      return "has slowed down: its moving average is %s, down from %s, and over %s it fell at %s of its fastest pace (threshold %s), for %s in a row"
          .formatted(
              number(average),
              number(first),
              points(window),
              percent(Math.max(0, fall / fastestFall)),
              percent(maxPace),
              points(held));
    }
  }
}
