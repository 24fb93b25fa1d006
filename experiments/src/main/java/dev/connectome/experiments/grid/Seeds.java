package dev.connectome.experiments.grid;

import dev.connectome.cli.CommandFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The seeds of an experiment.
 *
 * @param first the first
 * @param last the last, no less than the first
 */
public record Seeds(int first, int last) {
  private static final Pattern SYNTAX = Pattern.compile("(?:(\\d{1,6})-)?(\\d{1,6})");

  /** Those from 1. */
  public static Seeds upTo(int last) {
    return new Seeds(1, last);
  }

  /**
   * Reads what was typed: {@code 5} for those from 1 to 5, {@code 6-10} for those from 6 to 10.
   *
   * @throws CommandFailure if it is something else
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
