package dev.connectome.controller.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.connectome.controller.filter.RunFilter.And;
import dev.connectome.controller.filter.RunFilter.Comparator;
import dev.connectome.controller.filter.RunFilter.Has;
import dev.connectome.controller.filter.RunFilter.Matches;
import dev.connectome.controller.filter.RunFilter.Not;
import dev.connectome.controller.filter.RunFilter.NumberIs;
import dev.connectome.controller.filter.RunFilter.Or;
import dev.connectome.controller.filter.RunFilter.TimeIs;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFilterTest {

  private static final RunFilter A = is(RunField.Name.NAME, "", "a");
  private static final RunFilter B = is(RunField.Name.NAME, "", "b");
  private static final RunFilter C = is(RunField.Name.NAME, "", "c");

  private static RunFilter is(RunField.Name name, String key, String text) {
    return new Matches(new RunField(name, key), text, false, false);
  }

  @Test
  void anEmptyFilterIsEveryRun() {
    assertThat(RunFilter.parse("  ")).isEqualTo(RunFilter.ALL);
  }

  @Test
  void orBindsMoreStronglyThanAnd() {
    assertThat(RunFilter.parse("name=a AND name=b OR name=c"))
        .isEqualTo(new And(List.of(A, new Or(List.of(B, C)))));
    assertThat(RunFilter.parse("name = a name = b")).isEqualTo(new And(List.of(A, B)));
    assertThat(RunFilter.parse("name=(a OR b)")).isEqualTo(new Or(List.of(A, B)));
    assertThat(RunFilter.parse("name != (a OR b)")).isEqualTo(new Not(new Or(List.of(A, B))));
    assertThat(RunFilter.parse("-(name=a) NOT name=b"))
        .isEqualTo(new And(List.of(new Not(A), new Not(B))));
  }

  @Test
  void valuesAreReadAsTheirFieldHasThem() {
    assertThat(RunFilter.parse("name = runs/a")).isEqualTo(A);
    assertThat(RunFilter.parse("state=running"))
        .isEqualTo(RunFilter.parse("state = RUN_STATE_RUNNING"));
    assertThat(RunFilter.parse("labels.team.x = \"a b\""))
        .isEqualTo(is(RunField.Name.LABEL, "team.x", "a b"));
    assertThat(RunFilter.parse("metrics.\"my loss\" <= -2.5e-3"))
        .isEqualTo(
            new NumberIs(
                new RunField(RunField.Name.METRIC, "my loss"), Comparator.AT_MOST, -0.0025));
    assertThat(RunFilter.parse("end_time > 2026-01-02T03:04:05+01:00"))
        .isEqualTo(
            new TimeIs(
                new RunField(RunField.Name.END_TIME, ""),
                Comparator.GREATER,
                Instant.parse("2026-01-02T02:04:05Z")));
    assertThat(RunFilter.parse("decision:*"))
        .isEqualTo(new Has(new RunField(RunField.Name.DECISION, "")));
    assertThat(RunFilter.parse("labels:team"))
        .isEqualTo(new Has(new RunField(RunField.Name.LABEL, "team")));
    assertThat(RunFilter.parse("name = sweep-*"))
        .isEqualTo(new Matches(new RunField(RunField.Name.NAME, ""), "sweep-", false, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "loss < 1                | 1  | the fields are",
        "state                   | 6  | write one of =",
        "state =                 | 8  | write a value",
        "state = RUNING          | 9  | PENDING",
        "state < RUNNING         | 7  | by = or !=",
        "name = a and name = b   | 10 | write AND in capitals",
        "name = a AND            | 13 | write a comparison",
        "OR name = a             | 1  | write a comparison",
        "(name = a               | 10 | close the parenthesis",
        "name = a)               | 9  | open a parenthesis",
        "name = \"a              | 8  | close the quotation mark",
        "metrics = 1             | 1  | name a key",
        "metrics.a < NaN         | 13 | write a number",
        "end_time > yesterday    | 12 | write a time",
        "end_time > 99999-01-01T00:00:00Z | 12 | write a time",
        "attempt:3               | 9  | attempt:*",
      })
  void whatIsWrongIsNamedWithItsPlaceAndTheRemedy(String text, int position, String remedy) {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> RunFilter.parse(text))
        .withMessageContaining("at character %d;".formatted(position))
        .withMessageContaining(remedy);
  }

  @Test
  void filtersAreBounded() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> RunFilter.parse("(".repeat(1_000)))
        .withMessageContaining("32 parentheses");
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> RunFilter.parse("name=a ".repeat(65)))
        .withMessageContaining("64 comparisons");
  }

  @Test
  void anOrderNamesFieldsAndDirections() {
    assertThat(RunOrder.parse("")).isEqualTo(RunOrder.NEWEST_FIRST);
    assertThat(RunOrder.parse("lowest.trainLoss desc, name"))
        .isEqualTo(
            new RunOrder(
                List.of(
                    new RunOrder.Key(new RunField(RunField.Name.LOWEST, "trainLoss"), true),
                    new RunOrder.Key(new RunField(RunField.Name.NAME, ""), false))));
    for (String wrong : List.of("uid", "name,", ",", "name descending", "labels", "name name")) {
      assertThatExceptionOfType(FilterException.class)
          .as(wrong)
          .isThrownBy(() -> RunOrder.parse(wrong));
    }
  }

  /** Seeded: pieces of filters in any order, and characters that mean something. */
  @Test
  void anyTextIsReadOrRefused() {
    String[] pieces = {
      "state",
      "=",
      "!=",
      "<",
      ":",
      "*",
      "(",
      ")",
      "AND",
      "OR",
      "NOT",
      "-",
      "labels.",
      ".",
      "\"",
      "'",
      "\\",
      "metrics.a",
      "1",
      "end_time",
      "2026-01-01",
      "RUNNING",
      " ",
      ",",
      "desc",
      "\uD834"
    };
    for (int seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder();
      int length = random.nextInt(14);
      for (int i = 0; i < length; i++) {
        text.append(pieces[random.nextInt(pieces.length)]).append(random.nextBoolean() ? " " : "");
      }
      try {
        assertThat(RunFilter.parse(text.toString())).isNotNull();
      } catch (FilterException e) {
        assertThat(e).hasMessageContaining("at character");
      }
      try {
        assertThat(RunOrder.parse(text.toString())).isNotNull();
      } catch (FilterException e) {
        assertThat(e).hasMessageContaining("at character");
      }
    }
  }
}
