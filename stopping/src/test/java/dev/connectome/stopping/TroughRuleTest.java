package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TroughRuleTest {

  private static final TroughRule FIRST_RISE = new TroughRule(1, 1, 1);

  @Test
  void stopsAtTheFirstRiseAndKeepsTheTrough() {
    StopVerdict verdict = FIRST_RISE.firstStop(values(8, 6, 5, 7, 4), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(4);
    assertThat(verdict.restoreEpoch()).hasValue(3);
    assertThat(verdict.reason()).isEqualTo(DecisionReason.TROUGH_PASSED);
    assertThat(verdict.evidence()).extracting(SeriesPoint::epoch).containsExactly(2, 3, 4);
    assertThat(verdict.message())
        .isEqualTo(
            "has passed its trough: for 1 point its moving average has not been below 5.000, 63 %"
                + " of its peak 8.000");
  }

  @Test
  void aSeriesThatStillRisesHasNoTrough() {
    assertThat(FIRST_RISE.firstStop(values(1, 2, 3, 4), 0)).isEmpty();
  }

  @Test
  void aHigherPeakRestartsTheSearch() {
    var patient = new TroughRule(1, 1, 2);

    assertThat(patient.firstStop(values(5, 4, 9, 10, 8), 0)).isEmpty();
    assertThat(patient.firstStop(values(5, 4, 9, 10, 8, 9, 9), 0).orElseThrow().restoreEpoch())
        .hasValue(5);
  }

  @Test
  void aTroughThatIsTooShallowIsIgnored() {
    var deep = new TroughRule(1, 0.5, 1);

    assertThat(deep.firstStop(values(10, 6, 7, 5, 6), 0).orElseThrow().stopEpoch()).isEqualTo(5);
  }

  @Test
  void smoothingHidesASmallRise() {
    var smoothed = new TroughRule(0.5, 1, 1);

    assertThat(FIRST_RISE.firstStop(values(16, 8, 9, 4, 2), 0)).isPresent();
    assertThat(smoothed.firstStop(values(16, 8, 9, 4, 2), 0)).isEmpty();
  }

  @Test
  void ofEqualValuesTheFirstIsTheTrough() {
    StopVerdict verdict = new TroughRule(1, 1, 2).firstStop(values(8, 5, 5, 5), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(4);
    assertThat(verdict.restoreEpoch()).hasValue(2);
  }

  @Test
  void aConstantSeriesHasNoTrough() {
    assertThat(FIRST_RISE.firstStop(values(0, 0, 0, 0), 0)).isEmpty();
  }

  @Test
  void rejectsSettingsOutOfRange() {
    assertThatThrownBy(() -> new TroughRule(0, 1, 1))
        .hasMessage("smoothing must be above 0 and at most 1, not 0.0");
    assertThatThrownBy(() -> new TroughRule(0.5, 1.1, 1))
        .hasMessage("peakFraction must be above 0 and at most 1, not 1.1");
    assertThatThrownBy(() -> new TroughRule(0.5, 1, 0))
        .hasMessage("confirm must be 1 or more, not 0");
  }
}
