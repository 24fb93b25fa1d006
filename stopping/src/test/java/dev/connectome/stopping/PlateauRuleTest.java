package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlateauRuleTest {

  private static final PlateauRule RULE = new PlateauRule(0.2, 3);

  @Test
  void stopsWhenTheSeriesHasStayedBelowTheFractionOfItsPeak() {
    StopVerdict verdict = RULE.firstStop(values(5, 10, 4, 2, 2, 2, 9), 0).orElseThrow();

    assertThat(verdict.stopEpoch()).isEqualTo(6);
    assertThat(verdict.reason()).isEqualTo(DecisionReason.PLATEAU_REACHED);
    assertThat(verdict.evidence()).extracting(SeriesPoint::epoch).containsExactly(4, 5, 6);
    assertThat(verdict.message())
        .isEqualTo("has stayed at or below 20 % of its peak 10.00 for 3 points");
  }

  @Test
  void onePointAboveTheFractionRestartsTheCount() {
    assertThat(RULE.firstStop(values(10, 2, 2, 3, 2, 2), 0)).isEmpty();
    assertThat(RULE.firstStop(values(10, 2, 2, 3, 2, 2, 2), 0)).isPresent();
  }

  @Test
  void neverStopsASeriesOfZeros() {
    assertThat(RULE.firstStop(values(0, 0, 0, 0, 0), 0)).isEmpty();
  }

  @Test
  void rejectsSettingsOutOfRange() {
    assertThatThrownBy(() -> new PlateauRule(1, 3))
        .hasMessage("fraction must be between 0 and 1, not 1.0");
    assertThatThrownBy(() -> new PlateauRule(0.5, 0))
        .hasMessage("confirm must be 1 or more, not 0");
  }
}
