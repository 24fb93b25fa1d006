package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;
import static dev.connectome.stopping.Values.points;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Stops when the series has passed its first trough, and keeps the weights of the trough. With
 * {@code s} the exponential moving average of the points that exist ({@code s[0] = v[0]}, then
 * weight {@code smoothing} on the newest value), {@code p = max(s[0..t])} its peak and {@code u}
 * the place of its lowest value since that peak, it stops at every {@code t} where
 *
 * <pre>
 *   s[u] &lt; p   and   s[u] &lt;= peakFraction * p   and   t - u &gt;= confirm
 * </pre>
 *
 * Of equal values the first is the peak or the trough. A higher peak starts the search again, so a
 * series that still rises has no trough.
 *
 * <p>On the number of training samples whose predicted class changed since the epoch before, this
 * is the rule of Label Wave (Yuan, Feng and Liu, <em>Early Stopping Against Label Noise Without
 * Validation Data</em>, ICLR 2024), except that Label Wave averages over the last three epochs.
 *
 * @param smoothing weight of the newest value, above 0 and at most 1; 1 does not smooth
 * @param peakFraction the fraction of the peak that the trough must not exceed, above 0 and at most
 *     1
 * @param confirm points after the trough that must not be lower, 1 or more
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
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public TroughRule {
    Values.checkSmoothing(smoothing);
    Values.checkPeakFraction(peakFraction);
    Values.checkConfirm(confirm);
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
  public RuleEvaluation startEvaluation() {
    return new Evaluation();
  }

  private final class Evaluation extends RuleEvaluation {
    private final MovingAverage movingAverage = new MovingAverage(smoothing);
    private double peak = Double.NEGATIVE_INFINITY;
    private double trough;
    private int troughEpoch;
    private int sinceTrough;

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      double average = movingAverage.add(point.value());
      if (average > peak || average < trough) {
        peak = Math.max(peak, average);
        trough = average;
        troughEpoch = point.epoch();
        sinceTrough = 0;
      } else {
        sinceTrough++;
      }
      boolean low = trough < peak && trough <= peakFraction * peak;
      return low && sinceTrough >= confirm
          ? Optional.of(DecisionReason.TROUGH_PASSED)
          : Optional.empty();
    }

    @Override
    OptionalInt restoreEpoch() {
      return OptionalInt.of(troughEpoch);
    }

    @Override
    long evidencePoints() {
      return sinceTrough + 2L;
    }

    @Override
    String message(DecisionReason reason) {
      return "has passed its trough: for %s its moving average has not been below %s, %s of its peak %s"
          .formatted(points(sinceTrough), number(trough), percent(trough / peak), number(peak));
    }
  }
}
