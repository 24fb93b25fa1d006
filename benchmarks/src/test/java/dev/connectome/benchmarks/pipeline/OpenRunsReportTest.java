package dev.connectome.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.benchmarks.pipeline.OpenRunsReport.Growth;
import dev.connectome.benchmarks.pipeline.OpenRunsReport.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenRunsReportTest {

  private static final List<Step> STEPS =
      List.of(new Step(100, 900, 1_100), new Step(200, 1_300, 2_100), new Step(300, 800, 3_100));

  @Test
  void fitsAStraightLine() {
    Growth growth = Growth.of(STEPS, Step::stateBytes);

    assertThat(growth.bytesPerRun()).isCloseTo(10, within(1e-9));
    assertThat(growth.determination()).isCloseTo(1, within(1e-9));
  }

  @Test
  void hasALowDeterminationWithoutGrowth() {
    Growth growth = Growth.of(STEPS, Step::residentBytes);

    assertThat(growth.bytesPerRun()).isCloseTo(-0.5, within(1e-9));
    assertThat(growth.determination()).isLessThan(0.1);
  }
}
