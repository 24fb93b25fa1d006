package dev.connectome.experiments.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.recording.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RaceTest {

  private static final ComparedRules.Rule DIMINISHING =
      ComparedRules.of(false).stream()
          .filter(rule -> rule.id().equals("diminishing"))
          .findFirst()
          .orElseThrow();

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
              RecordedRuns.run("d", 1, false, Map.of(), 0.1)),
          Weights.EPOCH);

  private static Map<String, Decision> stop(String rule, int stop, int keep) {
    return Map.of(rule, new Decision(stop, keep));
  }

  @Test
  void comparesRulesOnTrainingsWithATwin() {
    assertThat(RACE.pairs()).extracting(Race.Pair::setting).containsExactly("a", "b", "c");
  }

  @Test
  void reportsKeptAccuracyAndRegret() {
    List<Race.Result> results = RACE.results(DIMINISHING);

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
    Race.RuleSummary summary = RACE.summarize(DIMINISHING);

    assertThat(summary.runs()).isEqualTo(3);
    assertThat(summary.undecided()).isEqualTo(1);
    assertThat(summary.earlierAndNoWorse().mean()).isCloseTo(1.0 / 3, within(1e-9));
    assertThat(summary.stopEpoch().mean()).isEqualTo(3.0);
    assertThat(summary.epochsBeforeBaseline().mean()).isCloseTo(1.0 / 3, within(1e-9));
    assertThat(summary.accuracyAboveBaseline().mean()).isCloseTo((0.1 - 0.3 + 0) / 3, within(1e-9));
    assertThat(summary.worstAgainstBaseline()).isCloseTo(-0.3, within(1e-9));
    assertThat(summary.worstRegret()).isCloseTo(0.4, within(1e-9));
  }

  @Test
  void evaluatesTheBaselineOnTheTrainingWithImagesHeldOut() {
    assertThat(RACE.results(ComparedRules.baseline()).get(0).accuracyKept()).isEqualTo(0.8);
  }

  @Test
  void replaysARuleThatDidNotWatch() {
    List<Double> changes = List.of(9.0, 1.0, 5.0, 5.0);
    RecordedRun watched =
        RecordedRuns.run(
            "a", 1, false, Map.of(), Map.of("connectomeDistance", changes), 0.5, 0.9, 0.8, 0.7);
    RecordedRun twin = RecordedRuns.run("a", 1, true, Map.of(), 0.5, 0.6, 0.8, 0.7);
    ComparedRules.Rule trough =
        ComparedRules.of(false).stream()
            .filter(rule -> rule.id().equals("connectome-trough"))
            .findFirst()
            .orElseThrow();

    Race.Result result = Race.of(List.of(watched, twin), Weights.EPOCH).results(trough).get(0);

    assertThat(result.stopEpoch()).isEqualTo(3);
    assertThat(result.keptEpoch()).isEqualTo(2);
  }

  @Test
  void judgesEveryRuleByTheAveragesWhereTheyWereMeasured() {
    Map<String, List<Double>> averages =
        Map.of("averagedTestAccuracy", List.of(0.5, 0.7, 0.9, 0.85));
    Race race =
        Race.of(
            List.of(
                RecordedRuns.run(
                    "a", 1, false, stop("diminishing", 3, 2), averages, 0.5, 0.6, 0.6, 0.6),
                RecordedRuns.run(
                    "a", 1, true, stop("validation-5", 4, 3), averages, 0.5, 0.6, 0.6, 0.6),
                RecordedRuns.run("b", 1, false, Map.of(), 0.5, 0.6),
                RecordedRuns.run("b", 1, true, Map.of(), averages, 0.5, 0.6, 0.6, 0.6)),
            Weights.AVERAGE);

    assertThat(race.pairs()).extracting(Race.Pair::setting).containsExactly("a");
    Race.Result result = race.results(DIMINISHING).get(0);
    assertThat(result.accuracyAtStop()).isEqualTo(0.9);
    assertThat(result.accuracyKept()).isEqualTo(0.7);
    assertThat(result.regret()).isCloseTo(0.2, within(1e-9));
    assertThat(race.results(ComparedRules.baseline()).get(0).accuracyKept()).isEqualTo(0.9);
    assertThat(race.summarize(DIMINISHING).accuracyAboveBaseline().mean())
        .isCloseTo(-0.2, within(1e-9));
  }

  @Test
  void evaluatesAnyOtherRuleOnTheTrainingWithAllImages() {
    assertThat(RACE.results(run -> Optional.of(new Decision(3, 3))))
        .extracting(Race.Result::accuracyKept)
        .containsExactly(0.8, 0.7, 0.7);
  }
}
