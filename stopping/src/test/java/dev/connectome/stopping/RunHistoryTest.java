package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.distance;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RunHistoryTest {

  @Test
  void aDistanceAcrossAGapIsMissing() {
    var history = RunHistory.of(List.of(distance(1, 5, 3, 7), distance(1, 3, 2, 9)), 1);

    assertThat(history.series("deathDistance").points()).containsExactly(new SeriesPoint(3, 9));
    assertThat(history.series("trainLoss").points()).hasSize(2);
  }

  @Test
  void epochsBetweenProbesAreNotAGap() {
    var history = RunHistory.of(List.of(distance(1, 10, 5, 7)), 5);

    assertThat(history.series("deathDistance").points()).hasSize(1);
  }

  @Test
  void aNewAttemptReplacesOlderOnesFromItsFirstEpoch() {
    var history =
        RunHistory.of(
            List.of(
                distance(1, 2, 1, 20),
                distance(1, 3, 2, 30),
                distance(1, 4, 3, 40),
                distance(1, 5, 4, 50),
                distance(2, 4, 3, 41),
                distance(3, 3, 2, 32)),
            1);

    assertThat(history.series("deathDistance").points())
        .containsExactly(new SeriesPoint(2, 20), new SeriesPoint(3, 32));
    assertThat(history.lastEpoch()).isEqualTo(OptionalInt.of(3));
  }

  @Test
  void anEpochWithoutASignatureKeepsItsMetrics() {
    var failed =
        new EpochObservation(1, 2, OptionalInt.empty(), Map.of(), Map.of("validationLoss", 0.5));

    var history = RunHistory.of(List.of(failed), 1);

    assertThat(history.series("validationLoss").points()).containsExactly(new SeriesPoint(2, 0.5));
    assertThat(history.series("deathDistance").points()).isEmpty();
  }
}
