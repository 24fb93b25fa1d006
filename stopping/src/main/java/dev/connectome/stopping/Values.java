package dev.connectome.stopping;

import java.util.Locale;

/** Checks of settings, and numbers in messages. */
final class Values {

  private Values() {}

  static void check(boolean holds, String name, String expected, Number value) {
    if (!holds) {
      throw new IllegalArgumentException("%s must be %s, not %s".formatted(name, expected, value));
    }
  }

  static void checkSmoothing(double smoothing) {
    check(smoothing > 0 && smoothing <= 1, "smoothing", "above 0 and at most 1", smoothing);
  }

  static void checkPeakFraction(double fraction) {
    check(fraction > 0 && fraction <= 1, "peakFraction", "above 0 and at most 1", fraction);
  }

  static void checkConfirm(int confirm) {
    check(confirm >= 1, "confirm", "1 or more", confirm);
  }

  /** Four significant digits: enough to compare, few enough to read. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  static String percent(double fraction) {
    return String.format(
        Locale.ROOT, fraction > 0 && fraction < 0.01 ? "%.2f %%" : "%.0f %%", 100 * fraction);
  }

  static String points(int count) {
    return count == 1 ? "1 point" : count + " points";
  }
}
