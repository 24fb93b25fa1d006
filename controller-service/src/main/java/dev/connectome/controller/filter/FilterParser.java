package dev.connectome.controller.filter;

import dev.connectome.controller.filter.RunFilter.And;
import dev.connectome.controller.filter.RunFilter.Comparator;
import dev.connectome.controller.filter.RunFilter.Has;
import dev.connectome.controller.filter.RunFilter.Matches;
import dev.connectome.controller.filter.RunFilter.Not;
import dev.connectome.controller.filter.RunFilter.NumberIs;
import dev.connectome.controller.filter.RunFilter.Or;
import dev.connectome.controller.filter.RunFilter.TimeIs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reads a filter by the grammar of AIP-160, without functions. */
final class FilterParser {

  private static final int MAX_DEPTH = 32;
  private static final int MAX_COMPARISONS = 64;
  private static final List<String> OPERATORS = List.of("<=", ">=", "!=", "<", ">", "=", ":");

  private final FilterScanner scanner;
  private int depth;
  private int comparisons;

  FilterParser(String text) {
    this.scanner = new FilterScanner(text);
  }

  RunFilter parse() {
    if (scanner.atEnd()) {
      return RunFilter.ALL;
    }
    RunFilter filter = expression();
    if (!scanner.atEnd()) {
      throw scanner.error("open a parenthesis before it, or leave it out");
    }
    return filter;
  }

  private RunFilter expression() {
    List<RunFilter> factors = new ArrayList<>();
    do {
      factors.add(factor());
    } while (scanner.keyword("AND") || !(scanner.atEnd() || scanner.isNext(")")));
    return factors.size() == 1 ? factors.get(0) : new And(factors);
  }

  private RunFilter factor() {
    return alternatives(this::term);
  }

  private RunFilter alternatives(Supplier<RunFilter> next) {
    List<RunFilter> conditions = new ArrayList<>();
    do {
      conditions.add(next.get());
    } while (scanner.keyword("OR"));
    return conditions.size() == 1 ? conditions.get(0) : new Or(conditions);
  }

  private RunFilter term() {
    return scanner.keyword("NOT") || scanner.symbol("-") ? new Not(simple()) : simple();
  }

  private RunFilter simple() {
    return scanner.isNext("(") ? within(this::expression) : restriction();
  }

  private RunFilter within(Supplier<RunFilter> inner) {
    if (++depth > MAX_DEPTH) {
      throw scanner.error("nest at most %d parentheses".formatted(MAX_DEPTH));
    }
    var unused = scanner.symbol("(");
    RunFilter condition = inner.get();
    if (!scanner.symbol(")")) {
      throw scanner.error("close the parenthesis, or join conditions by AND or OR");
    }
    depth--;
    return condition;
  }

  private RunFilter restriction() {
    int start = scanner.position();
    if (scanner.atEnd() || Stream.of("AND", "OR", "NOT").anyMatch(scanner::isKeyword)) {
      throw scanner.error("write a comparison here, such as state = RUNNING");
    }
    RunField field = scanner.field();
    int operatorAt = scanner.position();
    String operator =
        OPERATORS.stream()
            .filter(scanner::symbol)
            .findFirst()
            .orElseThrow(
                () -> scanner.error("write one of = != < <= > >= : after " + field.path()));
    if (field.isWholeMap() && !operator.equals(":")) {
      throw scanner.error(start, "name a key, such as %sKEY".formatted(field.path()));
    }
    Function<String, RunFilter> comparison = comparison(field, operator, operatorAt);
    RunFilter condition =
        scanner.isNext("(")
            ? within(() -> alternatives(() -> value(comparison)))
            : value(comparison);
    return operator.equals("!=") ? new Not(condition) : condition;
  }

  private RunFilter value(Function<String, RunFilter> comparison) {
    int at = scanner.position();
    if (++comparisons > MAX_COMPARISONS) {
      throw scanner.error("make at most %d comparisons".formatted(MAX_COMPARISONS));
    }
    String value = scanner.value();
    try {
      return comparison.apply(value);
    } catch (IllegalArgumentException e) {
      throw scanner.error(at, String.valueOf(e.getMessage()));
    }
  }

  /**
   * What compares the field with a value, which throws IllegalArgumentException for a wrong one.
   */
  private Function<String, RunFilter> comparison(RunField field, String operator, int operatorAt) {
    if (operator.equals(":")) {
      return value -> has(field, value);
    }
    boolean equality = operator.equals("=") || operator.equals("!=");
    boolean ordered = field.type() == RunField.Type.NUMBER || field.type() == RunField.Type.TIME;
    if (!equality && !ordered) {
      throw scanner.error(operatorAt, "compare %s by = or !=".formatted(field.path()));
    }
    Comparator comparator =
        operator.equals("!=")
            ? Comparator.EQUAL
            : Arrays.stream(Comparator.values())
                .filter(one -> one.symbol().equals(operator))
                .findFirst()
                .orElseThrow();
    return switch (field.type()) {
      case TEXT -> value -> matches(field, value);
      case CHOICE -> value -> new Matches(field, FilterValues.choice(field, value), false, false);
      case NUMBER -> value -> new NumberIs(field, comparator, FilterValues.number(value));
      case TIME -> value -> new TimeIs(field, comparator, FilterValues.time(value));
    };
  }

  private static RunFilter has(RunField field, String value) {
    if (field.isWholeMap()) {
      return new Has(new RunField(field.name(), value));
    }
    if (value.equals("*")) {
      return new Has(field);
    }
    if (field.type() != RunField.Type.TEXT) {
      throw new IllegalArgumentException(
          "write %s:* for runs that have it, or compare it by =".formatted(field.path()));
    }
    return new Matches(field, FilterValues.text(field, value), true, true);
  }

  private static RunFilter matches(RunField field, String value) {
    boolean before = value.startsWith("*");
    boolean after = value.length() > 1 && value.endsWith("*");
    String text = value.substring(before ? 1 : 0, value.length() - (after ? 1 : 0));
    return new Matches(field, before ? text : FilterValues.text(field, text), before, after);
  }
}
