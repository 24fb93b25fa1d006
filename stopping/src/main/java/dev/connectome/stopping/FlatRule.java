package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;
import static dev.connectome.stopping.Values.points;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * Stops when the series no longer falls steadily. Through the last {@code n = min(window, points so
 * far)} points, {@code n >= 5}, with the values {@code y[i]} at {@code i = 0..n-1}, it draws the
 * line of least squares, of slope {@code b} and standard error {@code se}:
 *
 * <pre>
 *   b  = sum((i - (n-1)/2) * y[i]) / X,   X = sum((i - (n-1)/2)^2) = n (n^2 - 1) / 12
 *   se = sqrt(sum((y[i] - line(i))^2) / (n - 2) / X)
 * </pre>
 *
 * The series falls steadily as long as both
 *
 * <pre>
 *   -b * (n - 1) &gt;= minFall * |mean(y)|
 *   -b &gt;= significance * se,   b &lt; 0
 * </pre>
 *
 * hold: the line falls far enough, and the points follow it so closely that the fall is no accident
 * of their scatter. {@code -b / se} is the t statistic of a test for a trend; points of a series
 * are not independent, so {@code significance} is to be read as a measure of straightness and not
 * as a probability. Alone it is early for a stop: it is meant as a member of {@code all}, to keep
 * other rules from stopping a run that improves slowly but surely.
 *
 * @param window the most points through which the line is drawn, 5 to 1,000
 * @param minFall the least fall of the line over these points that counts, as a fraction of their
 *     mean, above 0
 * @param significance the least slope that counts, in standard errors, 0 or more
 */
public record FlatRule(int window, double minFall, double significance) implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "flat";

  /** The fewest points through which a line says something. */
  public static final int MIN_WINDOW = 5;

  /** The most points through which a line is drawn. */
  public static final int MAX_WINDOW = 1_000;

  /** A fall of at least 4 % over twelve points, six times its standard error. */
  public static final FlatRule DEFAULT = new FlatRule(12, 0.04, 6);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public FlatRule {
    Values.check(window >= MIN_WINDOW && window <= MAX_WINDOW, "window", "5 to 1000", window);
    Values.check(minFall > 0 && Double.isFinite(minFall), "minFall", "above 0", minFall);
    Values.check(
        significance >= 0 && Double.isFinite(significance),
        "significance",
        "0 or more",
        significance);
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
    /** The last points, oldest first. */
    private final Deque<Double> values = new ArrayDeque<>();

    private double fall;
    private double errors;

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      values.addLast(point.value());
      if (values.size() > window) {
        values.removeFirst();
      }
      if (values.size() < MIN_WINDOW) {
        return Optional.empty();
      }
      fit();
      boolean falls = fall >= minFall && errors >= significance;
      return falls ? Optional.empty() : Optional.of(DecisionReason.FLAT);
    }

    /** Draws the line: its fall over the points relative to their mean, and in standard errors. */
    private void fit() {
      int n = values.size();
      double middle = (n - 1) / 2.0;
      double mean = values.stream().mapToDouble(Double::doubleValue).sum() / n;
      double spread = n * ((double) n * n - 1) / 12;
      double slope = 0;
      int i = 0;
      for (double value : values) {
        slope += (i - middle) * (value - mean) / spread;
        i++;
      }
      double residuals = 0;
      i = 0;
      for (double value : values) {
        double residual = value - mean - slope * (i - middle);
        residuals += residual * residual;
        i++;
      }
      fall = slope < 0 ? -slope * (n - 1) / Math.abs(mean) : 0;
      errors = slope < 0 ? -slope / Math.sqrt(residuals / (n - 2) / spread) : 0;
    }

    @Override
    long evidencePoints() {
      return values.size();
    }

    @Override
    String message(DecisionReason reason) {
      return fall < minFall
          ? "is flat: the line through its last %s falls by %s of their mean (threshold %s)"
              .formatted(points(values.size()), percent(fall), percent(minFall))
          : String.format(
              Locale.ROOT,
              "is flat: its last %s scatter too much for a fall; the slope of their line is %s standard errors (threshold %s)",
              points(values.size()),
              number(errors),
              number(significance));
    }
  }
}
