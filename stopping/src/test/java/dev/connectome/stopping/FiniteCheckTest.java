package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.epoch;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiniteCheckTest {

  private static final StoppingPolicy NEVER = new SeriesPolicy("never", "loss", new NeverRule());
  private static final StoppingPolicy PLATEAU =
      new SeriesPolicy("plateau", "myMetric", PlateauRule.DEFAULT);

  private static RunHistory history(EpochObservation... observations) {
    return RunHistory.of(List.of(observations), 1);
  }

  @Test
  void endsARunWhoseTrainingLossIsNotANumberUnderEveryPolicy() {
    RunHistory history =
        history(
            epoch(1, Map.of("trainLoss", 2.0)),
            epoch(2, Map.of("trainLoss", Double.NaN)),
            epoch(3, Map.of("trainLoss", Double.NaN)));

    StopDecision decision = FiniteCheck.decide(NEVER, history, 0).orElseThrow();

    assertThat(decision.reason()).isEqualTo(DecisionReason.NOT_FINITE);
    assertThat(decision.stopEpoch()).isEqualTo(3);
    assertThat(decision.message()).startsWith("trainLoss is NaN at epoch 3");
  }

  @Test
  void endsARunWhoseMonitorIsInfinite() {
    RunHistory history =
        history(
            epoch(1, Map.of("trainLoss", 2.0, "myMetric", Double.POSITIVE_INFINITY)),
            epoch(2, Map.of("trainLoss", 1.0, "myMetric", Double.NEGATIVE_INFINITY)));

    assertThat(FiniteCheck.decide(PLATEAU, history, 0))
        .map(StopDecision::monitor)
        .contains("myMetric");
    assertThat(FiniteCheck.decide(NEVER, history, 0)).isEmpty();
  }

  @Test
  void onePointAloneEndsNothing() {
    RunHistory history =
        history(
            epoch(1, Map.of("trainLoss", Double.NaN)),
            epoch(2, Map.of("trainLoss", 1.0)),
            epoch(3, Map.of("trainLoss", Double.NaN)));

    assertThat(FiniteCheck.decide(NEVER, history, 0)).isEmpty();
  }

  @Test
  void onlyNewEpochsEndARun() {
    RunHistory history =
        history(
            epoch(1, Map.of("trainLoss", Double.NaN)),
            epoch(2, Map.of("trainLoss", Double.NaN)),
            epoch(3, Map.of("trainLoss", 1.0)));

    assertThat(FiniteCheck.decide(NEVER, history, 2)).isEmpty();
    assertThat(FiniteCheck.decide(NEVER, history, 1)).isPresent();
  }
}
