package dev.connectome.experiments.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RaceTest {

  private static final ComparedRules.Rule DIMINISHING = rule("diminishing");

  /** In setting a the rule wins, in b it is earlier but worse, in c it never stops. */
  private static final Race RACE =
      Race.of(
          List.of(
              RecordedRuns.run("a", 1, false, stop("diminishing", 2, 2), 0.5, 0.9, 0.8, 0.8),
              RecordedRuns.run("a", 1, true, stop("validation-5", 4, 3), 0.5, 0.6, 0.8, 0.7),
              RecordedRuns.run("b", 1, false, stop("diminishing", 3, 1), 0.5, 0.6, 0.7, 0.9),
              RecordedRuns.run("b", 1, true, stop("validation-5", 4, 4), 0.5, 0.6, 0.7, 0.8),
              RecordedRuns.run("c", 1, false, Map.of(), 0.5, 0.9, 0.7, 0.6),
              RecordedRuns.run("c", 1, true, stop("validation-5", 2, 2), 0.5, 0.6, 0.7, 0.8),
              RecordedRuns.run("d", 1, false, Map.of(), 0.1)));

  private static Map<String, Decision> stop(String rule, int stop, int keep) {
    return Map.of(rule, new Decision(stop, keep));
  }

  @Test
  void comparesRulesOnTrainingsWithATwin() {
    assertThat(RACE.pairs()).extracting(Race.Pair::setting).containsExactly("a", "b", "c");
  }

  @Test
  void reportsKeptAccuracyAndRegret() {
    List<Race.Result> results = RACE.results(DIMINISHING, Weights.OWN);

    assertThat(results)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("regret")
        .containsExactly(
            new Race.Result("a", 1, true, 2, 2, 0.9, 0.9, 0),
            new Race.Result("b", 1, true, 3, 1, 0.7, 0.5, 0),
            new Race.Result("c", 1, false, 4, 4, 0.6, 0.6, 0));
    assertThat(results.get(0).regret()).isZero();
    assertThat(results.get(1).regret()).isCloseTo(0.4, within(1e-9));
    assertThat(results.get(2).regret()).isCloseTo(0.3, within(1e-9));
  }

  @Test
  void summarizesAgainstTheBaseline() {
    RuleSummary summary = RACE.summarize(DIMINISHING, Weights.OWN);

    assertThat(summary.runs()).isEqualTo(3);
    assertThat(summary.undecided()).isEqualTo(1);
    assertThat(summary.earlierAndNoWorse().mean()).isCloseTo(1.0 / 3, within(1e-9));
    assertThat(summary.stopEpoch().mean()).isEqualTo(3.0);
    assertThat(summary.epochsBeforeBaseline().mean()).isCloseTo(1.0 / 3, within(1e-9));
    assertThat(summary.accuracyAboveBaseline().mean()).isCloseTo((0.1 - 0.3 + 0) / 3, within(1e-9));
    assertThat(summary.worstAgainstBaseline()).isCloseTo(-0.3, within(1e-9));
    assertThat(summary.worstRegret()).isCloseTo(0.4, within(1e-9));
    assertThat(summary.settings()).isEqualTo(3);
    assertThat(summary.medianAboveBaseline().median()).isZero();
    assertThat(summary.worstSetting()).isCloseTo(-0.3, within(1e-9));
    assertThat(summary.withinHalfAPoint()).isCloseTo(2.0 / 3, within(1e-9));
    assertThat(summary.loseFive()).isEqualTo(1);
  }

  @Test
  void judgesSettingsByTheMeanOfTheirTrainings() {
    Race race =
        Race.of(
            List.of(
                RecordedRuns.run("a", 1, false, stop("diminishing", 1, 1), 0.70, 0.6),
                RecordedRuns.run("a", 1, true, stop("validation-5", 1, 1), 0.80, 0.8),
                RecordedRuns.run("a", 2, false, stop("diminishing", 1, 1), 0.88, 0.6),
                RecordedRuns.run("a", 2, true, stop("validation-5", 1, 1), 0.80, 0.8)));

    RuleSummary summary = race.summarize(DIMINISHING, Weights.OWN);

    assertThat(summary.worstAgainstBaseline()).isCloseTo(-0.1, within(1e-9));
    assertThat(summary.worstSetting()).isCloseTo(-0.01, within(1e-9));
    assertThat(summary.loseFive()).isZero();
    assertThat(summary.withinHalfAPoint()).isZero();
  }

  @Test
  void comparesAveragedWeightsWithTheBaselineInBothKinds() {
    Map<String, List<Double>> averaged = Map.of("averagedTestAccuracy", List.of(0.6, 0.9));
    Race race =
        Race.of(
            List.of(
                RecordedRuns.run("a", 1, false, stop("diminishing", 2, 2), averaged, 0.5, 0.8),
                RecordedRuns.run("a", 1, true, stop("validation-5", 2, 1), averaged, 0.7, 0.8),
                RecordedRuns.run("b", 1, false, stop("diminishing", 2, 2), 0.5, 0.8),
                RecordedRuns.run("b", 1, true, stop("validation-5", 2, 1), 0.7, 0.8)));

    Results results = Results.of(RecordedRuns.PROVENANCE, race);

    RuleSummary summary =
        results.standingsAveraged().stream()
            .filter(one -> one.rule().equals("validation-5"))
            .findFirst()
            .orElseThrow();
    assertThat(summary.runs()).isEqualTo(1);
    assertThat(summary.accuracyKept().mean()).isEqualTo(0.6);
    assertThat(summary.accuracyAboveBaseline().mean()).isCloseTo(-0.1, within(1e-9));
    assertThat(summary.medianAboveSameWeights().median()).isZero();
  }

  /** The first default loses much in settings a and b; the present one, which never stops, in c. */
  @Test
  void countsTheHarmThatTheDefaultAvoidsAndTheHarmThatItDoes() {
    List<Double> quiet = List.of(1.0, 1.0);
    List<RecordedRun> runs = new ArrayList<>();
    for (String setting : List.of("a", "b", "c")) {
      boolean getsWorse = setting.equals("c");
      Decision best = getsWorse ? new Decision(1, 1) : new Decision(2, 2);
      Map<String, Decision> decisions =
          Map.of(
              "loss-diminishing-3", new Decision(1, 1),
              "connectome-slowing", best,
              "neighbours-witnesses", best,
              // Of a release whose default had other settings: it does not count.
              "default", best);
      Double[] accuracies = getsWorse ? new Double[] {0.9, 0.5} : new Double[] {0.5, 0.9};
      Map<String, List<Double>> series =
          Map.of(
              "averagedTestAccuracy", List.of(accuracies),
              "trainLoss", quiet,
              "neighbourDisagreement", quiet,
              "connectomeDistance", quiet,
              "predictedClassConcentration", quiet);
      runs.add(RecordedRuns.run(setting, 1, false, decisions, series, accuracies));
      runs.add(
          RecordedRuns.run(
              setting,
              1,
              true,
              stop("validation-5", 2, 2),
              Map.of("averagedTestAccuracy", List.of(0.5, 0.9)),
              0.5,
              0.85));
    }

    List<Harm> harm = Results.of(RecordedRuns.PROVENANCE, Race.of(runs)).harm();

    assertThat(harm)
        .extracting(one -> one.summary().rule())
        .containsExactly(
            "loss-diminishing-3", "connectome-slowing", "neighbours-witnesses", "default");
    assertThat(harm).extracting(one -> one.summary().loseFive()).containsExactly(2, 0, 0, 1);
    assertThat(harm).extracting(Harm::avoided).containsExactly(2, 0, 0, 0);
    assertThat(harm).extracting(Harm::caused).containsExactly(1, 1, 1, 0);
    assertThat(harm.get(3).summary().weights()).isEqualTo(Weights.AVERAGED);
    assertThat(Harm.lines(harm).get(1))
        .matches(
            "loss-diminishing-3 \\(former\\) +of the epoch +1\\.0 +-35\\.00 +-35\\.00 +2/3 +2 +1");
  }

  @Test
  void trainingsThatLackWhatTheDefaultReadsTellNothingOfItsHarm() {
    assertThat(Results.of(RecordedRuns.PROVENANCE, RACE).harm()).isEmpty();
  }

  @Test
  void letsNoRuleStopATrainingThatHasHardlyBegunExceptControls() {
    List<Double> flat = List.of(2.3, 2.299, 2.298, 2.297, 2.296, 2.295, 2.294, 2.293);
    Double[] accuracies = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    RecordedRun run =
        RecordedRuns.run("a", 1, false, Map.of(), Map.of("trainLoss", flat), accuracies);
    RecordedRun twin = RecordedRuns.run("a", 1, true, Map.of(), accuracies);
    Race race = Race.of(List.of(run, twin));

    assertThat(race.results(rule("loss-diminishing-3"), Weights.OWN).get(0).decided()).isFalse();
    assertThat(race.results(rule("epoch-5"), Weights.OWN).get(0).stopEpoch()).isEqualTo(5);
  }

  private static ComparedRules.Rule rule(String id) {
    return ComparedRules.of(false).stream()
        .filter(one -> one.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void evaluatesTheBaselineOnTheTrainingWithImagesHeldOut() {
    assertThat(RACE.results(ComparedRules.baseline(), Weights.OWN).get(0).accuracyKept())
        .isEqualTo(0.8);
  }

  @Test
  void replaysARuleThatDidNotWatch() {
    List<Double> changes = List.of(9.0, 1.0, 5.0, 5.0);
    RecordedRun watched =
        RecordedRuns.run(
            "a", 1, false, Map.of(), Map.of("connectomeDistance", changes), 0.5, 0.9, 0.8, 0.7);
    RecordedRun twin = RecordedRuns.run("a", 1, true, Map.of(), 0.5, 0.6, 0.8, 0.7);

    Race.Result result =
        Race.of(List.of(watched, twin)).results(rule("connectome-trough"), Weights.OWN).get(0);

    assertThat(result.stopEpoch()).isEqualTo(3);
    assertThat(result.keptEpoch()).isEqualTo(2);
  }

  @Test
  void evaluatesAnyOtherRuleOnTheTrainingWithAllImages() {
    assertThat(RACE.results(run -> Optional.of(new Decision(3, 3))))
        .extracting(Race.Result::accuracyKept)
        .containsExactly(0.8, 0.7, 0.7);
  }
}
