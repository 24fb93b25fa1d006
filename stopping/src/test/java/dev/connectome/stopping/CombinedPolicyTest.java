package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.stopping.CombinedPolicy.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CombinedPolicyTest {

  /** Falls to its floor at epoch 2 and has been there for two points at epoch 3. */
  private static final double[] EARLY = {10, 1, 1, 1, 1, 1};

  /** The same at epoch 5. */
  private static final double[] LATE = {10, 10, 10, 1, 1, 1};

  private final StoppingPolicy early = plateau("early", "a");
  private final StoppingPolicy late = plateau("late", "b");
  private final StoppingPolicy never = new SeriesPolicy("never", "a", new NeverRule());
  private final RunHistory history = history(EARLY, LATE);

  @Test
  void anyStopsWhenItsFirstMemberStops() {
    StopDecision decision = any(late, early).decide(history).orElseThrow();

    assertThat(decision.stopEpoch()).isEqualTo(3);
    assertThat(decision.policyId()).isEqualTo("both");
    assertThat(decision.rule()).isEqualTo("any");
    assertThat(decision.monitor()).isEqualTo("a");
    assertThat(decision.reason()).isEqualTo(DecisionReason.PLATEAU_REACHED);
    assertThat(decision.evidence()).extracting(SeriesPoint::epoch).containsExactly(2, 3);
    assertThat(decision.members()).extracting(StopDecision::policyId).containsExactly("early");
  }

  @Test
  void allStopsWhenItsLastMemberStopsAndListsTheDecisionOfEach() {
    StopDecision decision = all(late, early).decide(history).orElseThrow();

    assertThat(decision.stopEpoch()).isEqualTo(5);
    assertThat(decision.rule()).isEqualTo("all");
    assertThat(decision.monitor()).isEqualTo("b");
    assertThat(decision.members())
        .extracting(StopDecision::policyId)
        .containsExactly("late", "early");
    assertThat(decision.members()).extracting(StopDecision::stopEpoch).containsExactly(5, 3);
    assertThat(decision.message())
        .startsWith("late and early agree to stop; the last was late: b has stayed");
  }

  @Test
  void aMemberThatNeverStopsPreventsAllButNotAny() {
    assertThat(all(early, never).decide(history)).isEmpty();
    assertThat(any(never, early).decide(history)).isPresent();
  }

  @Test
  void combinedPoliciesCanBeNested() {
    StopDecision decision = all(any(never, early), late).decide(history).orElseThrow();

    assertThat(decision.stopEpoch()).isEqualTo(5);
    assertThat(decision.members().get(0).members())
        .extracting(StopDecision::policyId)
        .containsExactly("early");
  }

  @Test
  void ofMembersThatStopAtTheSameEpochTheFirstListedDecides() {
    StoppingPolicy twin = plateau("twin", "a");

    assertThat(any(twin, early).decide(history).orElseThrow().members())
        .extracting(StopDecision::policyId)
        .containsExactly("twin");
    assertThat(all(twin, early).decide(history).orElseThrow().message())
        .contains("the last was twin");
  }

  @Test
  void aMemberWhoseSeriesRisesAgainNoLongerAgrees() {
    double[] risen = {10, 1, 1, 9, 9, 9};

    assertThat(all(early, late).decide(history(risen, LATE))).isEmpty();
    assertThat(all(late, early).decide(history(LATE, risen))).isEmpty();
  }

  @Test
  void aMemberAgreesUntilTheNextPointOfItsSeries() {
    var observations = new ArrayList<EpochObservation>();
    for (int epoch = 1; epoch <= 5; epoch++) {
      // Series a has no point at epochs 4 and 5.
      Map<String, Double> b = Map.of("b", LATE[epoch - 1]);
      observations.add(
          Fixtures.epoch(
              epoch, epoch < 4 ? Map.of("a", EARLY[epoch - 1], "b", LATE[epoch - 1]) : b));
    }

    assertThat(all(early, late).decide(RunHistory.of(observations, 1)))
        .map(StopDecision::stopEpoch)
        .contains(5);
  }

  @Test
  void afterAllHaveAgreedAnyMemberStopsAResumedRun() {
    assertThat(all(early, late).decide(history, 5).orElseThrow().stopEpoch()).isEqualTo(6);
    assertThat(all(early, late).decide(history, 6)).isEmpty();
  }

  @Test
  void restoreDistanceIsTheLargestOfTheMembers() {
    var best =
        new PatienceRule(
            PatienceRule.Mode.MIN,
            0,
            7,
            1,
            PatienceRule.DEFAULT.baseline(),
            PatienceRule.DEFAULT.stoppingThreshold(),
            PatienceRule.DEFAULT.divergenceThreshold(),
            true,
            true);

    assertThat(any(early, all(late, new SeriesPolicy("best", "a", best))).restoreDistance())
        .isEqualTo(7);
  }

  @Test
  void rejectsAnEmptyListOfMembers() {
    assertThatThrownBy(() -> new CombinedPolicy("none", Mode.ALL, List.of()))
        .hasMessage("the number of policies of all must be 1 to 16, not 0");
  }

  private static StoppingPolicy any(StoppingPolicy... members) {
    return new CombinedPolicy("both", Mode.ANY, List.of(members));
  }

  private static StoppingPolicy all(StoppingPolicy... members) {
    return new CombinedPolicy("both", Mode.ALL, List.of(members));
  }

  private static StoppingPolicy plateau(String id, String monitor) {
    return new SeriesPolicy(id, monitor, new PlateauRule(0.2, 2));
  }

  private static RunHistory history(double[] a, double[] b) {
    var observations = new ArrayList<EpochObservation>();
    for (int i = 0; i < a.length; i++) {
      observations.add(Fixtures.epoch(i + 1, Map.of("a", a[i], "b", b[i])));
    }
    return RunHistory.of(observations, 1);
  }
}
