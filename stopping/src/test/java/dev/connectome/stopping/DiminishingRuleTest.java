package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiminishingRuleTest {

  /** No smoothing, so that the numbers can be followed by hand. */
  private static final DiminishingRule BY_HAND = new DiminishingRule(1, 0.5, 2, 0.3, 2);

  @Test
  void stopsAtTheSecondPointInARowWhoseFallOverTheWindowIsSmall() {
    // Falls over two points: epoch 4 60 %, 5 50 %, 6 25 %, 7 10 %.
    Series series = values(8, 10, 8, 4, 4, 3, 3.6);

    StopVerdict verdict = BY_HAND.firstStop(series, 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(7);
    assertThat(verdict.restoreEpoch()).isEqualTo(OptionalInt.empty());
    assertThat(verdict.reason()).isEqualTo(DecisionReason.DIMINISHING_CHANGE);
    assertThat(verdict.evidence()).extracting(SeriesPoint::epoch).containsExactly(4, 5, 6, 7);
    assertThat(verdict.message())
        .isEqualTo(
            "has settled: its moving average fell by only 10 % over 2 points (threshold 30 %),"
                + " for 2 points in a row, and is at 36 % of its peak 10.00");
  }

  @Test
  void doesNotStopWhileTheSeriesRises() {
    assertThat(BY_HAND.firstStop(values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 0)).isEmpty();
  }

  @Test
  void doesNotStopAboveTheFractionOfThePeak() {
    assertThat(BY_HAND.firstStop(values(10, 6, 6, 6, 6, 6, 6, 6), 0)).isEmpty();
    assertThat(BY_HAND.firstStop(values(10, 5, 5, 5, 5), 0)).isPresent();
  }

  @Test
  void restartsTheCountWhenTheSeriesFallsAgain() {
    // Small fall at 4, a large one at 5, small ones at 6 and 7.
    assertThat(BY_HAND.firstStop(values(20, 10, 9, 9, 5, 9, 5), 0))
        .map(StopVerdict::stopEpoch)
        .contains(7);
  }

  @Test
  void weightsTheNewestValueWithTheSmoothing() {
    var rule = new DiminishingRule(0.5, 1, 1, 0.2, 1);
    // s = 8, 4, 3.5: falls of 50 % and 12.5 %.
    assertThat(rule.firstStop(values(8, 0, 3), 0)).map(StopVerdict::stopEpoch).contains(3);
  }

  @Test
  void neverStopsASeriesOfZeros() {
    assertThat(DiminishingRule.DEFAULT.firstStop(values(new double[30]), 0)).isEmpty();
  }

  @Test
  void doesNotStopASeriesThatFallsSteadilyThroughZero() {
    var likelihood = new double[60];
    for (int i = 0; i < likelihood.length; i++) {
      likelihood[i] = 6 - 0.8 * i;
    }

    assertThat(new DiminishingRule(1, 1, 3, 0.1, 2).firstStop(values(likelihood), 0)).isEmpty();
  }

  @Test
  void stopsASeriesThatHasSettledBelowZero() {
    // From 0.5 on: -1.5, -2.5, -3, and then nothing.
    var rule = new DiminishingRule(1, 1, 1, 0.2, 1);

    assertThat(rule.firstStop(values(0.5, -1.5, -2.5, -3, -3.1), 0))
        .map(StopVerdict::stopEpoch)
        .contains(5);
  }

  @Test
  void afterAnEpochStopsAtTheNextPointAndCountsThoseBefore() {
    Series series = values(8, 10, 8, 4, 4, 3, 3.6, 3.5, 3.5);

    assertThat(BY_HAND.firstStop(series, 7)).map(StopVerdict::stopEpoch).contains(8);
  }

  @Test
  void theDefaultStopsATrainingLossThatHasAlmostStoppedFalling() {
    var loss = new double[60];
    for (int i = 0; i < loss.length; i++) {
      loss[i] = 0.1 + 2.2 * Math.exp(-i / 4.0);
    }

    StopVerdict verdict = DiminishingRule.DEFAULT.firstStop(values(loss), 0).orElseThrow();

    assertThat(DiminishingRule.DEFAULT.defaultMonitor()).isEqualTo("trainLoss");
    // s = 0.3 loss + 0.7 s falls by 31.6 % over the three points to epoch 18, 29.0 % to 19 and 26.1
    // % to 20.
    assertThat(verdict.stopEpoch()).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, 5, 0.3, 2, smoothing",
    "1.1, 0.5, 5, 0.3, 2, smoothing",
    "NaN, 0.5, 5, 0.3, 2, smoothing",
    "0.5, 0, 5, 0.3, 2, peakFraction",
    "0.5, 0.5, 0, 0.3, 2, window",
    "0.5, 0.5, 5, 1, 2, minRelativeDrop",
    "0.5, 0.5, 5, 0.3, 0, confirm"
  })
  void rejectsSettingsOutOfRange(
      double smoothing, double peak, int window, double drop, int confirm, String named) {
    assertThatThrownBy(() -> new DiminishingRule(smoothing, peak, window, drop, confirm))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(named);
  }

  @Test
  void aDecisionNamesItsPolicyRuleAndSeries() {
    var policy = new SeriesPolicy("by-hand", "deathDistance", BY_HAND);
    var observations = Fixtures.deathDistances(8, 10, 8, 4, 4, 3, 3.6);

    StopDecision decision = policy.decide(RunHistory.of(observations, 1)).orElseThrow();

    assertThat(decision.policyId()).isEqualTo("by-hand");
    assertThat(decision.rule()).isEqualTo("diminishing");
    assertThat(decision.monitor()).isEqualTo("deathDistance");
    assertThat(decision.message()).startsWith("deathDistance has settled");
  }
}
