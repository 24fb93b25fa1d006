package dev.connectome.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayTest {

  @Test
  void constantsLoseThePrefixThatRepeatsTheirType() {
    assertThat(Display.name(RunState.RUN_STATE_RUNNING)).isEqualTo("RUNNING");
    assertThat(Display.name(DecisionReason.DECISION_REASON_PLATEAU_REACHED))
        .isEqualTo("PLATEAU_REACHED");
    assertThat(Display.name(RunState.UNRECOGNIZED)).isEqualTo("UNRECOGNIZED");
    assertThat(Display.stage(TrainingStage.TRAINING_STAGE_STABILITY)).isEqualTo("stability");
    assertThat(Display.stage(TrainingStage.TRAINING_STAGE_UNSPECIFIED)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0000",
    "0.0000123456, 1.235e-05",
    "-0.00099, -9.900e-04",
    "0.12345, 0.1235",
    "1.23456, 1.235",
    "-12.3456, -12.35",
    "123.456, 123.5",
    "1234.5, 1235"
  })
  void numbersHaveFewerDecimalsAsTheyGrowAndSmallOnesAPowerOfTen(double number, String text) {
    assertThat(Display.number(number)).isEqualTo(text);
  }

  @Test
  void aMissingNumberIsAHyphen() {
    assertThat(Display.number(null)).isEqualTo("-");
  }
}
