package dev.connectome.controller.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The characters of a filter or an order, read from left to right. */
final class FilterScanner {

  private static final List<String> KEYWORDS = List.of("AND", "OR", "NOT");
  private static final String SPECIAL = "()<>=!:.,\"'";

  private final String text;
  private int position;

  FilterScanner(String text) {
    this.text = text;
  }

  /** Of the next character that is no space. */
  int position() {
    while (position < text.length() && isSpace(text.charAt(position))) {
      position++;
    }
    return position;
  }

  boolean atEnd() {
    return position() == text.length();
  }

  boolean isNext(String symbol) {
    return text.startsWith(symbol, position());
  }

  /** Passes over a symbol if it is next. */
  boolean symbol(String symbol) {
    boolean next = isNext(symbol);
    position += next ? symbol.length() : 0;
    return next;
  }

  boolean isKeyword(String word) {
    int end = position() + word.length();
    return isNext(word) && (end == text.length() || !isNameCharacter(text.charAt(end)));
  }

  /** Passes over a word if it is next. */
  boolean keyword(String word) {
    boolean next = isKeyword(word);
    position += next ? word.length() : 0;
    return next;
  }

  /** A path such as {@code labels.team} or {@code metrics."my loss"}. */
  RunField field() {
    int start = position();
    List<String> segments = new ArrayList<>(List.of(segment()));
    while (position < text.length() && text.charAt(position) == '.') {
      position++;
      segments.add(segment());
    }
    if (segments.equals(List.of("decision"))) {
      segments.add("policy_id");
    } else if (segments.size() > 2
        && segments.subList(0, 2).equals(List.of("progress", "metrics"))) {
      segments.remove(0);
    }
    return RunField.of(segments).orElseThrow(() -> unknown(start, segments.get(0)));
  }

  private FilterException unknown(int start, String word) {
    String capitals = word.toUpperCase(Locale.ROOT);
    return error(
        start,
        KEYWORDS.contains(capitals)
            ? "write %s in capitals".formatted(capitals)
            : "the fields are " + RunField.known(false));
  }

  private String segment() {
    if (position < text.length() && isQuote(text.charAt(position))) {
      return quoted();
    }
    int start = position;
    while (position < text.length() && isNameCharacter(text.charAt(position))) {
      position++;
    }
    if (start == position) {
      throw error(start, "name a field, such as state or labels.team");
    }
    return text.substring(start, position);
  }

  /** A text in quotation marks, or up to the next space or parenthesis. */
  String value() {
    if (!atEnd() && isQuote(text.charAt(position))) {
      return quoted();
    }
    int start = position;
    while (position < text.length()
        && !isSpace(text.charAt(position))
        && "()\"'".indexOf(text.charAt(position)) < 0) {
      position++;
    }
    if (start == position) {
      throw error(start, "write a value here, in quotation marks if it has spaces or parentheses");
    }
    return text.substring(start, position);
  }

  private String quoted() {
    int start = position;
    char quote = text.charAt(position++);
    var unquoted = new StringBuilder();
    while (position < text.length() && text.charAt(position) != quote) {
      if (text.charAt(position) == '\\' && position + 1 < text.length()) {
        position++;
      }
      unquoted.append(text.charAt(position++));
    }
    if (position == text.length()) {
      throw error(start, "close the quotation mark");
    }
    position++;
    return unquoted.toString();
  }

  /** What is wrong with what is next. */
  FilterException error(String remedy) {
    return error(position(), remedy);
  }

  FilterException error(int start, String remedy) {
    int end = start;
    while (end < text.length() && !isSpace(text.charAt(end))) {
      end++;
    }
    return FilterException.at(start, text.substring(start, end), remedy);
  }

  private static boolean isNameCharacter(char c) {
    return !isSpace(c) && SPECIAL.indexOf(c) < 0;
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }
}
