package dev.connectome.cli;

import java.util.regex.Pattern;

/** Words as a shell reads them, for commands that are printed to be typed. */
final class ShellWords {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+-]+");

  private ShellWords() {}

  /** The word itself, or in single quotes where a shell would read more into it. */
  static String quote(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
