package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyReplayTest {

  private static final StoppingPolicy FIRST_RISE =
      new SeriesPolicy("first-rise", "loss", new TroughRule(1, 1, 1));

  @Test
  void comparesTheKeptEpochWithTheReference() {
    PolicyReplay replay =
        replay(
            Fixtures.epoch(1, Map.of("loss", 3.0, "testAccuracy", 0.5)),
            Fixtures.epoch(2, Map.of("loss", 1.0, "testAccuracy", 0.9)),
            Fixtures.epoch(3, Map.of("loss", 2.0, "testAccuracy", 0.8)),
            Fixtures.epoch(4, Map.of("loss", 2.0, "testAccuracy", 0.7)));

    assertThat(replay.decision()).map(StopDecision::stopEpoch).contains(3);
    assertThat(replay.decision()).map(StopDecision::keptEpoch).contains(2);
    assertThat(replay.lastEpoch()).isEqualTo(4);
    assertThat(replay.epochsSaved()).isEqualTo(1);
    assertThat(replay.accuracyDifference(4)).hasValueCloseTo(0.2, within(1e-12));
    assertThat(replay.accuracyDifference(1)).hasValueCloseTo(0.4, within(1e-12));
  }

  @Test
  void usesTheValidationAccuracyWhereATestAccuracyIsMissing() {
    PolicyReplay replay =
        replay(
            Fixtures.epoch(1, Map.of("loss", 3.0)),
            Fixtures.epoch(2, Map.of("loss", 1.0, "validationAccuracy", 0.6)),
            Fixtures.epoch(3, Map.of("loss", 2.0, "testAccuracy", 0.8, "validationAccuracy", 0.5)));

    assertThat(replay.accuracyDifference(3)).hasValueCloseTo(0.1, within(1e-12));
    assertThat(replay.accuracyDifference(1)).isEmpty();
  }

  @Test
  void withoutADecisionNothingIsSaved() {
    PolicyReplay replay = replay(Fixtures.epoch(7, Map.of("loss", 3.0, "testAccuracy", 0.5)));

    assertThat(replay.decision()).isEmpty();
    assertThat(replay.lastEpoch()).isEqualTo(7);
    assertThat(replay.epochsSaved()).isZero();
    assertThat(replay.accuracyDifference(7)).isEmpty();
  }

  @Test
  void anEmptyHistoryEndsAtEpochZero() {
    assertThat(replay().lastEpoch()).isZero();
  }

  @Test
  void aRuleThatKeepsTheLastWeightsKeepsThoseOfItsStopEpoch() {
    StopDecision decision =
        new SeriesPolicy("p", "deathDistance", new PlateauRule(0.2, 1))
            .decide(RunHistory.of(Fixtures.deathDistances(10, 1), 1))
            .orElseThrow();

    assertThat(decision.restoreEpoch()).isEmpty();
    assertThat(decision.keptEpoch()).isEqualTo(3);
  }

  private static PolicyReplay replay(EpochObservation... observations) {
    return PolicyReplay.of(FIRST_RISE, RunHistory.of(List.of(observations), 1));
  }
}
