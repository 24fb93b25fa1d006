package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;

import java.util.Optional;

/**
 * Stops when the series has stayed at or below a fraction of its own peak. With {@code v} the
 * points that exist, it stops at every {@code t} where
 *
 * <pre>
 *   v[t] &lt;= fraction * max(v[0..t])
 * </pre>
 *
 * holds and has held for at least {@code confirm} points in a row. A series that has never been
 * above zero has no peak and never stops.
 *
 * @param fraction the fraction of the peak, between 0 and 1, both excluded
 * @param confirm points in a row at which the condition must hold, 1 or more
 */
public record PlateauRule(double fraction, int confirm) implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "plateau";

  /** At or below a tenth of the peak for three points. */
  public static final PlateauRule DEFAULT = new PlateauRule(0.1, 3);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public PlateauRule {
    Values.check(fraction > 0 && fraction < 1, "fraction", "between 0 and 1", fraction);
    Values.checkConfirm(confirm);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RuleEvaluation startEvaluation() {
    return new Evaluation();
  }

  private final class Evaluation extends RuleEvaluation {
    private double peak;
    private int held;

    @Override
    Optional<DecisionReason> read(SeriesPoint point) {
      peak = Math.max(peak, point.value());
      held = peak > 0 && point.value() <= fraction * peak ? held + 1 : 0;
      return held >= confirm ? Optional.of(DecisionReason.PLATEAU_REACHED) : Optional.empty();
    }

    @Override
    long evidencePoints() {
      return confirm;
    }

    @Override
    String message(DecisionReason reason) {
      return "has stayed at or below %s of its peak %s for %d points"
          .formatted(percent(fraction), number(peak), held);
    }
  }
}
