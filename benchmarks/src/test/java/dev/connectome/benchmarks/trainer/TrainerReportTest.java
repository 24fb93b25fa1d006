package dev.connectome.benchmarks.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.trainer.TrainerBench.Measurement;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerReportTest {

  private static final TrainerPlan PLAN = new TrainerPlan("mlp", 6_000, 1_000, 10, 3, false, false);

  @Test
  void comparesTheTimeOfTheTrainingThreadWithinEachRepetition() {
    TrainerReport report =
        report(
            List.of(bare(1.0, 0.5), bare(8.0, 0.5), bare(2.0, 0.5)),
            List.of(
                new Measurement(1.0, 0.1, 0.1, 5, 1, 300, 0, 0.5),
                new Measurement(7.0, 1.4, 0.4, 5, 1, 260, 0, 0.5),
                new Measurement(1.8, 0.4, 0.5, 5, 1, 200, 0, 0.5)));

    assertThat(report.bare().secondsPerEpoch()).isEqualTo(2.0);
    assertThat(report.observed().secondsPerEpoch()).isCloseTo(2.7, within(1e-9));
    assertThat(report.cost().median()).isCloseTo(0.2, within(1e-9));
    assertThat(report.cost().low()).isCloseTo(0.1, within(1e-9));
    assertThat(report.cost().high()).isCloseTo(0.35, within(1e-9));
    assertThat(report.costOfParts()).isCloseTo(1.8 / 7, within(1e-9));
    assertThat(report.memoryRatio()).isCloseTo(1.3, within(1e-9));
    assertThat(report.passed()).isTrue();
  }

  @Test
  void failsIfTheTrainingsDifferOrASnapshotWasDropped() {
    Measurement dropped = new Measurement(2.0, 0.2, 0.1, 5, 1, 300, 1, 0.5);

    assertThat(report(List.of(bare(1, 0.5)), List.of(bare(1, 0.50001))).passed()).isFalse();
    assertThat(report(List.of(bare(1, 0.5)), List.of(dropped)).passed()).isFalse();
  }

  private static Measurement bare(double training, double loss) {
    return new Measurement(training, 0, 0, 0, 1, 200, 0, loss);
  }

  private static TrainerReport report(List<Measurement> bare, List<Measurement> observed) {
    return TrainerReport.of(Machine.current(), PLAN, null, bare, observed);
  }
}
