package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlatRuleTest {
  private static final FlatRule OVER_FIVE = new FlatRule(5, 0.1, 3);

  @Test
  void stopsAtTheFirstPointsThatDoNotFall() {
    StopVerdict verdict = OVER_FIVE.firstStop(values(1, 1, 1, 1, 1, 1), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(5);
    assertThat(verdict.reason()).isEqualTo(DecisionReason.FLAT);
    assertThat(verdict.evidence()).extracting(SeriesPoint::epoch).containsExactly(1, 2, 3, 4, 5);
    assertThat(verdict.message())
        .isEqualTo(
            "is flat: the line through its last 5 points falls by 0 % of their mean (threshold 10 %)");
  }

  @Test
  void doesNotStopASeriesThatFallsALittleButSteadily() {
    double[] falling = IntStream.range(0, 60).mapToDouble(epoch -> Math.pow(0.99, epoch)).toArray();

    assertThat(FlatRule.DEFAULT.firstStop(values(falling), 0)).isEmpty();
  }

  @Test
  void stopsASeriesThatFallsLessThanCounts() {
    double[] falling =
        IntStream.range(0, 60).mapToDouble(epoch -> Math.pow(0.999, epoch)).toArray();

    assertThat(FlatRule.DEFAULT.firstStop(values(falling), 0)).isPresent();
  }

  @Test
  void stopsASeriesWhoseFallIsNoLargerThanItsScatter() {
    // Slope -0.6; residuals -0.5, 1.1, -1.3, 1.3 and -0.6, so a standard error of 0.416.
    StopVerdict verdict = OVER_FIVE.firstStop(values(10, 11, 8, 10, 7.5), 0).orElseThrow();

    assertThat(verdict.message())
        .isEqualTo(
            "is flat: its last 5 points scatter too much for a fall; the slope of their line is"
                + " 1.441 standard errors (threshold 3.000)");
  }

  @Test
  void seesTheSameFallInASeriesBelowZero() {
    assertThat(OVER_FIVE.firstStop(values(-10, -11, -12, -13, -14), 0)).isEmpty();
    assertThat(OVER_FIVE.firstStop(values(-10, -9, -8, -7, -6), 0)).isPresent();
  }

  @Test
  void aFallThroughZeroCountsThoughTheMeanIsZero() {
    assertThat(OVER_FIVE.firstStop(values(2, 1, 0, -1, -2), 0)).isEmpty();
  }

  @Test
  void readsOnlyTheLastPoints() {
    assertThat(OVER_FIVE.firstStop(values(10, 8, 6, 4, 2, 2, 2, 2, 2), 0))
        .map(StopVerdict::stopEpoch)
        .hasValueSatisfying(epoch -> assertThat((double) epoch).isCloseTo(8, within(1.0)));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0.04, 6, window",
    "1001, 0.04, 6, window",
    "12, 0, 6, minFall",
    "12, NaN, 6, minFall",
    "12, Infinity, 6, minFall",
    "12, 0.04, -1, significance",
    "12, 0.04, NaN, significance"
  })
  void rejectsSettingsOutOfRange(int window, double fall, double significance, String named) {
    assertThatThrownBy(() -> new FlatRule(window, fall, significance))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(named);
  }
}
