package dev.connectome.stopping;

import static dev.connectome.stopping.Values.number;
import static dev.connectome.stopping.Values.percent;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Stops when the series has stayed at or below a fraction of its own peak. With {@code v} the
 * points that exist and {@code peak[t]} the largest of them up to {@code t}, it says stop at the
 * first {@code t} where {@code v <= fraction * peak} has held for {@code confirm} points in a row.
 * A series that has never been above zero has no peak and says nothing.
 *
 * @param fraction the fraction of the peak, between 0 and 1, both excluded
 * @param confirm points in a row that must hold, 1 or more
 */
public record PlateauRule(double fraction, int confirm) implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "plateau";

  /** A tenth of the peak, three times. */
  public static final PlateauRule DEFAULT = new PlateauRule(0.1, 3);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public PlateauRule {
    Values.check(fraction > 0 && fraction < 1, "fraction", "between 0 and 1", fraction);
    Values.check(confirm >= 1, "confirm", "1 or more", confirm);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    Series finite = series.finite();
    double peak = 0;
    int held = 0;
    for (int t = 0; t < finite.points().size(); t++) {
      SeriesPoint point = finite.points().get(t);
      peak = Math.max(peak, point.value());
      held = peak > 0 && point.value() <= fraction * peak ? held + 1 : 0;
      if (held >= confirm && point.epoch() > afterEpoch) {
        String message =
            "has stayed at or below %s of its peak %s for %d points"
                .formatted(percent(fraction), number(peak), held);
        return Optional.of(
            new StopVerdict(
                point.epoch(),
                OptionalInt.empty(),
                DecisionReason.PLATEAU_REACHED,
                message,
                finite.window(t, confirm)));
      }
    }
    return Optional.empty();
  }
}
