package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.stopping.TrainingStage.Transition;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrainingStageTest {

  private static final double[] SETTLING = {
    4, 8, 10, 6, 4, 2, 1.5, 1.2, 1.1, 1, 1, 1, 1, 1, 1, 1, 1, 1
  };

  @Test
  void anEmptySeriesHasNoStage() {
    assertThat(TrainingStage.transitions(values())).isEmpty();
  }

  @Test
  void aRisingSeriesIsInReorganisation() {
    assertThat(TrainingStage.transitions(values(1, 2, 3, 4)))
        .containsExactly(new Transition(TrainingStage.REORGANISATION, 1));
  }

  @Test
  void consolidationBeginsAfterTheSmoothedPeak() {
    // The moving average is 4, 6, 8, 7, ..
    assertThat(TrainingStage.transitions(values(Arrays.copyOf(SETTLING, 5))))
        .containsExactly(
            new Transition(TrainingStage.REORGANISATION, 1),
            new Transition(TrainingStage.CONSOLIDATION, 4));
  }

  @Test
  void stabilityBeginsWhereTheDistanceHasSettledAndIsFinal() {
    var settled = new DiminishingRule(0.5, 0.5, 5, 0.3, 2);
    int stop = settled.firstStop(values(SETTLING), 0).orElseThrow().stopEpoch();
    double[] risingAgain = Arrays.copyOf(SETTLING, SETTLING.length + 3);
    Arrays.fill(risingAgain, SETTLING.length, risingAgain.length, 50);

    assertThat(TrainingStage.transitions(values(risingAgain)))
        .containsExactly(
            new Transition(TrainingStage.REORGANISATION, 1),
            new Transition(TrainingStage.CONSOLIDATION, 4),
            new Transition(TrainingStage.STABILITY, stop));
  }
}
