package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RearmedEvaluationTest {

  private static final StoppingPolicy POLICY =
      new SeriesPolicy("plateau", "a", new PlateauRule(0.1, 2));

  /** Its condition holds at epochs 4 and 5, and again from epoch 8 on. */
  private static final double[] SERIES = {1, 10, .5, .5, .5, 9, .5, .5, .5};

  @Test
  void withoutAConsumedDecisionItStopsWhereThePolicyStops() {
    assertThat(stops(0, 0)).containsExactly(4, 5, 8, 9);
  }

  @Test
  void aConditionThatGoesOnHoldingIsConsumedAndANewOneIsNot() {
    assertThat(stops(4, 0)).containsExactly(8, 9);
  }

  @Test
  void aConditionThatWasFalseBeforeTheDecisionIsNoNewOne() {
    assertThat(stops(8, 0)).isEmpty();
  }

  @Test
  void fromTheEpochThatAPersonNamesItStopsAgain() {
    assertThat(stops(4, 5)).containsExactly(5, 8, 9);
    assertThat(stops(8, 9)).containsExactly(9);
  }

  @Test
  void aDecisionThatIsConsumedOnTheWayCountsOnce() {
    var evaluation = new RearmedEvaluation(POLICY.startEvaluation(1), 0, 0);
    List<Integer> stops = new ArrayList<>();
    for (int epoch = 1; epoch <= SERIES.length; epoch++) {
      if (evaluation.advance(observation(epoch))) {
        stops.add(epoch);
        assertThat(evaluation.decision().stopEpoch()).isEqualTo(epoch);
        evaluation.consume(epoch, 0);
      }
    }
    assertThat(stops).containsExactly(4, 8);
  }

  private static List<Integer> stops(int consumedEpoch, int rearmEpoch) {
    var evaluation = new RearmedEvaluation(POLICY.startEvaluation(1), consumedEpoch, rearmEpoch);
    List<Integer> stops = new ArrayList<>();
    for (int epoch = 1; epoch <= SERIES.length; epoch++) {
      if (evaluation.advance(observation(epoch))) {
        stops.add(epoch);
      }
    }
    return stops;
  }

  private static EpochObservation observation(int epoch) {
    return new EpochObservation(
        1, epoch, OptionalInt.empty(), Map.of(), Map.of("a", SERIES[epoch - 1]));
  }
}
