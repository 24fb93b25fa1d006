package dev.connectome.controller.filter;

import java.time.Instant;
import java.util.List;

/**
 * A condition on a run. A comparison of a field that the run does not have is false, so that every
 * condition is either true or false.
 */
public sealed interface RunFilter {

  /** Every run. */
  RunFilter ALL = new And(List.of());

  /** Whether all are true. */
  record And(List<RunFilter> conditions) implements RunFilter {
    public And {
      conditions = List.copyOf(conditions);
    }
  }

  /** Whether one is true. */
  record Or(List<RunFilter> conditions) implements RunFilter {
    public Or {
      conditions = List.copyOf(conditions);
    }
  }

  /** Whether it is false. */
  record Not(RunFilter condition) implements RunFilter {}

  /** Whether the run has the field. */
  record Has(RunField field) implements RunFilter {}

  /**
   * Whether the field is a text.
   *
   * @param anyBefore whether anything may precede the text
   * @param anyAfter whether anything may follow it
   */
  record Matches(RunField field, String text, boolean anyBefore, boolean anyAfter)
      implements RunFilter {}

  /** Whether the field, a number, compares so with the value, which is finite. */
  record NumberIs(RunField field, Comparator comparator, double value) implements RunFilter {}

  /** Whether the field, a time, compares so with the value. */
  record TimeIs(RunField field, Comparator comparator, Instant value) implements RunFilter {}

  /** How values are compared. */
  enum Comparator {
    EQUAL("="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String symbol;

    Comparator(String symbol) {
      this.symbol = symbol;
    }

    public String symbol() {
      return symbol;
    }
  }

  /**
   * Reads a filter; an empty one is every run.
   *
   * @throws FilterException if it is none
   */
  static RunFilter parse(String text) {
    return new FilterParser(text).parse();
  }
}
