package dev.connectome.controller.run;

/** Values of callers, as errors repeat them. */
public final class Echo {

  private static final int LONGEST = 64;

  private Echo() {}

  /** The text in quotation marks, on one line and at most 64 characters of it. */
  public static String of(String text) {
    boolean whole = text.length() <= LONGEST;
    return "\"%s\"%s".formatted(oneLine(whole ? text : cut(text, LONGEST)), whole ? "" : " ...");
  }

  /**
   * The beginning of a text, of at most so many characters, without half a character at its end.
   */
  public static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }

  /** The text with a replacement in place of every control character. */
  public static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009F\\u2028\\u2029]", "\uFFFD");
  }
}
