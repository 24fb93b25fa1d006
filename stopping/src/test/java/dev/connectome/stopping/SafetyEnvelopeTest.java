package dev.connectome.stopping;

import static dev.connectome.stopping.Fixtures.epoch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SafetyEnvelopeTest {

  /** Stops at every point that is not better than the one before. */
  private static final StoppingPolicy IMPATIENT = patience("loss");

  private static SeriesPolicy patience(String monitor) {
    PatienceRule rule = PatienceRule.DEFAULT;
    return new SeriesPolicy(
        monitor,
        monitor,
        new PatienceRule(
            rule.mode(),
            0,
            1,
            1,
            rule.baseline(),
            rule.stoppingThreshold(),
            rule.divergenceThreshold(),
            true,
            false));
  }

  private static RunHistory history(String monitor, double... values) {
    List<EpochObservation> observations = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      observations.add(epoch(i + 1, Map.of(monitor, values[i])));
    }
    return RunHistory.of(observations, 1);
  }

  private static Optional<Integer> stop(
      SafetyEnvelope envelope, StoppingPolicy policy, RunHistory history) {
    return envelope.around(policy).decide(history).map(StopDecision::stopEpoch);
  }

  @Test
  void noPolicyStopsARunBeforeTheFirstEpochOfTheEnvelope() {
    RunHistory history = history("loss", 2, 1, 1, 1, 1, 1, 1);

    assertThat(stop(new SafetyEnvelope(1, 0.05), IMPATIENT, history)).contains(3);
    assertThat(stop(new SafetyEnvelope(6, 0.05), IMPATIENT, history)).contains(6);
    assertThat(stop(new SafetyEnvelope(8, 0.05), IMPATIENT, history)).isEmpty();
  }

  @Test
  void noPolicyStopsARunWhoseSeriesHasNotMoved() {
    SafetyEnvelope envelope = new SafetyEnvelope(2, 0.05);

    assertThat(stop(envelope, IMPATIENT, history("loss", 2.3, 2.3, 2.31, 2.29, 2.3, 2.28)))
        .isEmpty();
    assertThat(stop(envelope, IMPATIENT, history("loss", 2.3, 2.3, 2.3, 2.1, 2.2))).contains(5);
    assertThat(stop(envelope, IMPATIENT, history("loss", 2.3, 2.3, 9, 9))).contains(3);
    assertThat(stop(envelope, IMPATIENT, history("loss", 0, 0, 0, 0))).isEmpty();
  }

  @Test
  void theSeriesThatTheDecisionRestsOnMustHaveMoved() {
    List<EpochObservation> observations = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      observations.add(epoch(i, Map.of("loss", i == 1 ? 2.0 : 1.0, "distance", i < 5 ? 4.0 : 3.0)));
    }
    RunHistory history = RunHistory.of(observations, 1);
    SafetyEnvelope envelope = new SafetyEnvelope(2, 0.05);

    assertThat(stop(envelope, both(CombinedPolicy.Mode.ANY), history)).contains(3);
    assertThat(stop(envelope, both(CombinedPolicy.Mode.ALL), history)).contains(6);
  }

  private static StoppingPolicy both(CombinedPolicy.Mode mode) {
    return new CombinedPolicy("both", mode, List.of(patience("loss"), patience("distance")));
  }

  @Test
  void aMemberWithoutAValueHoldsNothingBack() {
    var policy =
        new CombinedPolicy(
            "any", CombinedPolicy.Mode.ANY, List.of(patience("loss"), patience("other")));

    assertThat(stop(new SafetyEnvelope(2, 0.05), policy, history("loss", 2, 1, 1))).contains(3);
  }

  @Test
  void aThresholdDecidesWhetherOrNotItsSeriesHasMoved() {
    PatienceRule rule = PatienceRule.DEFAULT;
    var threshold =
        new SeriesPolicy(
            "threshold",
            "loss",
            new PatienceRule(
                rule.mode(),
                0,
                9,
                1,
                rule.baseline(),
                OptionalDouble.of(1),
                rule.divergenceThreshold(),
                true,
                false));

    assertThat(stop(new SafetyEnvelope(2, 0.05), threshold, history("loss", 0.99, 0.98)))
        .contains(2);
  }

  @Test
  void aMissingSeriesHasNotMoved() {
    SafetyEnvelope envelope = new SafetyEnvelope(2, 0.05);

    assertThat(stop(envelope, IMPATIENT, history("other", 2, 1, 1, 1))).isEmpty();
  }

  @Test
  void theDecisionIsThatOfThePolicy() {
    RunHistory history = history("loss", 2, 1, 1, 1);

    assertThat(new SafetyEnvelope(3, 0.05).around(IMPATIENT).decide(history))
        .isEqualTo(IMPATIENT.decide(history));
    StoppingPolicy guarded = new SafetyEnvelope(3, 0.05).around(IMPATIENT);
    assertThat(guarded.id()).isEqualTo(IMPATIENT.id());
    assertThat(guarded.monitors()).isEqualTo(IMPATIENT.monitors());
    assertThat(guarded.restoreDistance()).isEqualTo(IMPATIENT.restoreDistance());
  }

  @Test
  void theScheduleSaysWhenARunMayBeStopped() {
    assertThat(SafetyEnvelope.of(0, 120, 100).firstEpoch()).isEqualTo(2);
    assertThat(SafetyEnvelope.of(20, 120, 100).firstEpoch()).isEqualTo(21);
    assertThat(SafetyEnvelope.of(2.5, 120, 100).firstEpoch()).isEqualTo(4);
    assertThat(SafetyEnvelope.of(0, 6, 100).firstEpoch()).isEqualTo(17);
    assertThat(SafetyEnvelope.of(1e300, 1, 100).firstEpoch()).isEqualTo(Integer.MAX_VALUE);
  }

  private static Optional<PolicyHold> hold(
      SafetyEnvelope envelope, StoppingPolicy policy, RunHistory history) {
    PolicyEvaluation evaluation = envelope.around(policy).startEvaluation(1);
    history.observations().forEach(evaluation::advance);
    return evaluation.hold();
  }

  @Test
  void aRunThatHasNotBegunToLearnSaysBySeriesAndNumbersWhatIsWaitedFor() {
    SafetyEnvelope envelope = new SafetyEnvelope(4, 0.05);
    StoppingPolicy policy = both(CombinedPolicy.Mode.ALL);

    PolicyHold hold = hold(envelope, policy, history("loss", 2.3, Double.NaN, 2.29)).orElseThrow();

    assertThat(hold)
        .isEqualTo(
            new PolicyHold(
                "both",
                3,
                4,
                List.of(
                    new PolicyHold.Unmoved(
                        "distance", OptionalDouble.empty(), OptionalDouble.empty(), 0),
                    new PolicyHold.Unmoved(
                        "loss", OptionalDouble.of(2.3), OptionalDouble.of(2.29), 0.05 * 2.3))));
    assertThat(hold.message())
        .isEqualTo(
            "it stops no run before epoch 4, and the run has not begun to learn: distance has no"
                + " value yet; loss was 2.300 at first and is 2.290, which must differ by 0.1150");
    assertThat(hold(envelope, policy, history("loss", 2.3, 2.3, 2.3, 2.1)).orElseThrow().message())
        .isEqualTo("the run has not begun to learn: distance has no value yet");
    assertThat(hold(envelope, policy, history("distance", 0, 0, 0, 0)).orElseThrow().message())
        .contains("distance was 0.000 at first and is 0.000, which must differ by something");
  }

  @Test
  void nothingHoldsAPolicyBackOnceItsSeriesHaveMovedAndItsFirstEpochIsReached() {
    SafetyEnvelope envelope = new SafetyEnvelope(4, 0.05);

    assertThat(hold(envelope, IMPATIENT, history("loss", 2, 1, 1)).orElseThrow().message())
        .isEqualTo("it stops no run before epoch 4");
    assertThat(hold(envelope, IMPATIENT, history("loss", 2, 1, 1, 1))).isEmpty();
    assertThat(hold(envelope, IMPATIENT, history("loss", 2, 2, 1, 2))).isEmpty();
  }

  @Test
  void aPolicyThatNeverStopsWaitsForNothing() {
    var never = new SeriesPolicy("never", "loss", new NeverRule());

    assertThat(hold(new SafetyEnvelope(4, 0.05), never, history("loss", 2, 2))).isEmpty();
    assertThat(IMPATIENT.startEvaluation(1).hold()).isEmpty();
  }

  @Test
  void rejectsSettingsOutOfRange() {
    assertThatThrownBy(() -> new SafetyEnvelope(0, 0.05)).hasMessageStartingWith("firstEpoch");
    assertThatThrownBy(() -> new SafetyEnvelope(1, -1)).hasMessageStartingWith("minChange");
    assertThatThrownBy(() -> new SafetyEnvelope(1, Double.NaN)).hasMessageStartingWith("minChange");
  }
}
