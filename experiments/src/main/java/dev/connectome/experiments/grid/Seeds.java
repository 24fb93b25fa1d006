package dev.connectome.experiments.grid;

import dev.connectome.cli.CommandFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The seeds of an experiment, from the first to the last. */
public record Seeds(int first, int last) {
  private static final Pattern SYNTAX = Pattern.compile("(?:(\\d{1,6})-)?(\\d{1,6})");

  public static Seeds upTo(int last) {
    return new Seeds(1, last);
  }

  /**
   * Parses {@code 5} as 1 to 5, and {@code 6-10} as 6 to 10.
   *
   * @throws CommandFailure if it is anything else
   */
  public static Seeds parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (matcher.matches()) {
      int first = matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1));
      int last = Integer.parseInt(matcher.group(2));
      if (first >= 1 && last >= first) {
        return new Seeds(first, last);
      }
    }
    throw CommandFailure.badInput(
        "--seeds is %s: give how many, as in 5, or which, as in 6-10".formatted(text));
  }
}
