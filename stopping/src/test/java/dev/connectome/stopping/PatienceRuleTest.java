package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PatienceRuleTest {

  private static final OptionalDouble NONE = OptionalDouble.empty();

  private static PatienceRule patience(int points) {
    return new PatienceRule(PatienceRule.Mode.MIN, 0, points, 1, NONE, NONE, NONE, true, false);
  }

  @Test
  void stopsAfterThatManyPointsWithoutANewMinimum() {
    StopVerdict verdict = patience(3).firstStop(values(5, 4, 3, 4, 3, 3.5, 1), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(6);
    assertThat(verdict.reason()).isEqualTo(DecisionReason.NO_IMPROVEMENT);
    assertThat(verdict.message())
        .isEqualTo("has not improved for 3 points; its best value was 3.000");
  }

  @Test
  void modeMaxLooksForAMaximum() {
    var rule = new PatienceRule(PatienceRule.Mode.MAX, 0, 2, 1, NONE, NONE, NONE, true, true);

    StopVerdict verdict = rule.firstStop(values(0.1, 0.5, 0.9, 0.8, 0.7), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(5);
    assertThat(verdict.restoreEpoch()).isEqualTo(OptionalInt.of(3));
  }

  @Test
  void aChangeThatDoesNotExceedMinDeltaIsNoImprovement() {
    var rule = new PatienceRule(PatienceRule.Mode.MIN, 0.5, 2, 1, NONE, NONE, NONE, true, false);

    assertThat(rule.firstStop(values(5, 4.5, 4.5), 0)).map(StopVerdict::stopEpoch).contains(3);
    assertThat(rule.firstStop(values(5, 4.4, 4.4), 0)).isEmpty();
  }

  @Test
  void theFirstPointIsAlwaysAnImprovement() {
    assertThat(patience(1).firstStop(values(5), 0)).isEmpty();
    assertThat(patience(1).firstStop(values(5, 5), 0)).map(StopVerdict::stopEpoch).contains(2);
  }

  @Test
  void pointsBeforeTheStartAreIgnored() {
    var rule = new PatienceRule(PatienceRule.Mode.MIN, 0, 2, 4, NONE, NONE, NONE, true, false);

    assertThat(rule.firstStop(values(1, 9, 9, 9, 9, 9), 0)).map(StopVerdict::stopEpoch).contains(6);
  }

  @Test
  void anImprovementThatDoesNotPassTheBaselineDoesNotResetThePatience() {
    var baseline = OptionalDouble.of(2);
    var rule = new PatienceRule(PatienceRule.Mode.MIN, 0, 3, 1, baseline, NONE, NONE, true, false);

    // An improvement on the point where the patience ends is still granted one more point, as in
    // Keras.
    assertThat(rule.firstStop(values(5, 4, 3, 3.5), 0)).map(StopVerdict::stopEpoch).contains(4);
    assertThat(rule.firstStop(values(5, 1.9, 3, 3.5), 0)).isEmpty();
  }

  @Test
  void thresholdsStopAtOnce() {
    var rule =
        new PatienceRule(
            PatienceRule.Mode.MIN,
            0,
            9,
            1,
            NONE,
            OptionalDouble.of(0.1),
            OptionalDouble.of(100),
            true,
            false);

    assertThat(rule.firstStop(values(5, 0.1, 0.09), 0))
        .hasValueSatisfying(
            verdict -> {
              assertThat(verdict.stopEpoch()).isEqualTo(3);
              assertThat(verdict.reason()).isEqualTo(DecisionReason.THRESHOLD_REACHED);
            });
    assertThat(rule.firstStop(values(5, 100, 101), 0))
        .hasValueSatisfying(
            verdict -> {
              assertThat(verdict.stopEpoch()).isEqualTo(3);
              assertThat(verdict.reason()).isEqualTo(DecisionReason.DIVERGED);
            });
  }

  @Test
  void aValueThatIsNotFiniteStopsTheRunOrIsMissing() {
    Series series = values(3, Double.NaN, 2, Double.POSITIVE_INFINITY, 1);
    var tolerant = new PatienceRule(PatienceRule.Mode.MIN, 0, 1, 1, NONE, NONE, NONE, false, false);

    assertThat(patience(9).firstStop(series, 0))
        .hasValueSatisfying(
            verdict -> {
              assertThat(verdict.stopEpoch()).isEqualTo(2);
              assertThat(verdict.reason()).isEqualTo(DecisionReason.NOT_FINITE);
            });
    assertThat(tolerant.firstStop(series, 0)).isEmpty();
  }

  @Test
  void rejectsSettingsOutOfRange() {
    assertThatThrownBy(() -> patience(0)).hasMessage("patience must be 1 or more, not 0");
    assertThatThrownBy(
            () -> new PatienceRule(PatienceRule.Mode.MIN, -1, 5, 1, NONE, NONE, NONE, true, false))
        .hasMessage("minDelta must be 0 or more, not -1.0");
  }

  @Test
  void restoreDistanceIsThePatienceIfTheBestEpochIsKept() {
    assertThat(patience(7).restoreDistance()).isZero();
    assertThat(
            new PatienceRule(PatienceRule.Mode.MIN, 0, 7, 1, NONE, NONE, NONE, true, true)
                .restoreDistance())
        .isEqualTo(7);
  }
}
