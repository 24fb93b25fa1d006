package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowingRuleTest {

  /** No smoothing, so that the numbers can be followed by hand. */
  private static final SlowingRule BY_HAND = new SlowingRule(1, 0.25, 1, 0.5, 2);

  @Test
  void stopsOnceTheSeriesHasFallenAndItsFallHasSlowed() {
    // Falls: 1, 4, 2 (half of the fastest), 1.
    StopVerdict verdict = BY_HAND.firstStop(values(10, 9, 5, 3, 2), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(5);
    assertThat(verdict.reason()).isEqualTo(DecisionReason.SLOWED);
    assertThat(verdict.evidence()).extracting(SeriesPoint::epoch).containsExactly(3, 4, 5);
    assertThat(verdict.message())
        .isEqualTo(
            "has slowed down: its moving average is 2.000, down from 10.00, and over 1 point it"
                + " fell at 25 % of its fastest pace (threshold 50 %), for 2 points in a row");
  }

  @Test
  void doesNotStopASeriesThatHasHardlyFallen() {
    assertThat(BY_HAND.firstStop(values(10, 9, 8.5, 8.4, 8.3, 8.3, 8.3, 8.3), 0)).isEmpty();
  }

  @Test
  void doesNotStopASeriesThatFallsAsFastAsEver() {
    assertThat(BY_HAND.firstStop(values(10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2), 0)).isEmpty();
  }

  @Test
  void doesNotStopASeriesThatOnlyRises() {
    assertThat(BY_HAND.firstStop(values(1, 2, 3, 4, 5, 6), 0)).isEmpty();
  }

  @Test
  void restartsTheCountWhenTheFallIsFastAgain() {
    // Falls: 4, 1 (slow), 3 (fast), 1, 1.
    assertThat(BY_HAND.firstStop(values(10, 6, 5, 2, 1, 0), 0))
        .map(StopVerdict::stopEpoch)
        .contains(6);
  }

  @Test
  void measuresTheFallOfASeriesThatBeginsBelowZeroByItsSize() {
    assertThat(BY_HAND.firstStop(values(-10, -12, -12.2, -12.3, -12.3), 0)).isEmpty();
    assertThat(BY_HAND.firstStop(values(-10, -12, -13, -13.1, -13.1), 0))
        .map(StopVerdict::stopEpoch)
        .contains(4);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.25, 3, 0.7, 2, smoothing",
    "0.5, 0, 3, 0.7, 2, minFall",
    "0.5, 1.1, 3, 0.7, 2, minFall",
    "0.5, 0.25, 0, 0.7, 2, window",
    "0.5, 0.25, 3, 1, 2, maxPace",
    "0.5, 0.25, 3, NaN, 2, maxPace",
    "0.5, 0.25, 3, 0.7, 0, confirm"
  })
  void rejectsSettingsOutOfRange(
      double smoothing, double fall, int window, double pace, int confirm, String named) {
    assertThatThrownBy(() -> new SlowingRule(smoothing, fall, window, pace, confirm))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(named);
  }
}
