package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleEvaluationTest {

  private final RuleEvaluation evaluation = new PlateauRule(0.5, 2).startEvaluation();

  @Test
  void stopsAtEveryPointAtWhichTheConditionHolds() {
    assertThat(evaluation.advance(new SeriesPoint(1, 10))).isFalse();
    assertThat(evaluation.advance(new SeriesPoint(2, 4))).isFalse();
    assertThat(evaluation.advance(new SeriesPoint(3, 5))).isTrue();
    assertThat(evaluation.advance(new SeriesPoint(4, 4))).isTrue();
    assertThat(evaluation.verdict().stopEpoch()).isEqualTo(4);
    assertThat(evaluation.verdict().evidence())
        .containsExactly(new SeriesPoint(3, 5), new SeriesPoint(4, 4));
    assertThat(evaluation.advance(new SeriesPoint(5, 6))).isFalse();
  }

  @Test
  void aMissingValueNeitherStopsNorResets() {
    evaluation.advance(new SeriesPoint(1, 10));
    evaluation.advance(new SeriesPoint(2, 4));

    assertThat(evaluation.advance(new SeriesPoint(3, Double.NaN))).isFalse();
    assertThat(evaluation.advance(new SeriesPoint(4, 4))).isTrue();
  }

  @Test
  void rejectsAnEpochThatItHasPassed() {
    evaluation.advance(new SeriesPoint(5, 1));

    assertThatThrownBy(() -> evaluation.advance(new SeriesPoint(5, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epoch 5 does not follow epoch 5; begin a new evaluation");
  }

  @Test
  void hasNoVerdictWhereTheRuleDoesNotStop() {
    evaluation.advance(new SeriesPoint(5, 1));

    assertThatThrownBy(evaluation::verdict)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the rule does not stop at epoch 5");
  }

  @Test
  void aPolicyHasNoDecisionAtAnEpochWithoutAPoint() {
    PolicyEvaluation policy =
        new SeriesPolicy("p", "a", new PlateauRule(0.5, 1)).startEvaluation(1);
    policy.advance(Fixtures.epoch(1, Map.of("a", 10.0)));

    assertThat(policy.advance(Fixtures.epoch(2, Map.of("a", 1.0)))).isTrue();
    assertThat(policy.decision().stopEpoch()).isEqualTo(2);
    assertThat(policy.advance(Fixtures.epoch(3, Map.of()))).isFalse();
    assertThatThrownBy(policy::decision).isInstanceOf(IllegalStateException.class);
  }
}
