package dev.connectome.stopping;

import java.util.Locale;

/** How settings are checked and numbers are written in this package. */
final class Values {

  private Values() {}

  static void check(boolean holds, String name, String expected, Number value) {
    if (!holds) {
      throw new IllegalArgumentException("%s must be %s, not %s".formatted(name, expected, value));
    }
  }

  /** Four significant digits: enough to compare, few enough to read. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  static String percent(double fraction) {
    return String.format(
        Locale.ROOT, fraction > 0 && fraction < 0.01 ? "%.2f %%" : "%.0f %%", 100 * fraction);
  }
}
