package dev.connectome.experiments.race;

import dev.connectome.cli.report.Table;
import dev.connectome.experiments.race.Race.Pair;
import dev.connectome.experiments.race.Race.Result;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import dev.connectome.experiments.rule.Candidate;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Rules chosen on one half of the settings and evaluated on the other.
 *
 * <p>From each family the candidate is chosen that keeps the highest mean accuracy among those that
 * stop on average no later than the baseline; if all are later, the earliest. All trainings of a
 * setting are in the same half, so the halves are independent.
 *
 * @param settingsChosenOn ids of the settings of one half
 * @param settingsJudgedOn ids of those of the other
 * @param standard the product's default; none if its series were not recorded
 * @param chosen the choice of each family, best first on the half chosen on
 */
public record Choice(
    Set<String> settingsChosenOn,
    Set<String> settingsJudgedOn,
    Judged baseline,
    Optional<Judged> standard,
    List<Judged> chosen) {

  /**
   * A rule on both halves.
   *
   * @param policy as typed for {@code --policy}
   * @param chosenOn its summary on the half it was chosen on
   * @param judgedOn its summary on the other half
   */
  public record Judged(String family, String policy, RuleSummary chosenOn, RuleSummary judgedOn) {}

  private record Score(Candidate candidate, double stop, double accuracy) {
    static final Comparator<Score> MOST_ACCURATE =
        Comparator.comparingDouble(Score::accuracy).thenComparing(score -> -score.stop());
    static final Comparator<Score> EARLIEST = Comparator.comparingDouble(score -> -score.stop());
  }

  /**
   * Splits the settings by {@code splitSeed} and chooses on the first half, or on the second if
   * swapped.
   */
  public static Choice of(Race race, long splitSeed, boolean swapped) {
    List<String> ids =
        new ArrayList<>(
            new TreeSet<>(race.pairs().stream().map(Pair::setting).collect(Collectors.toSet())));
    Collections.shuffle(ids, new Random(splitSeed));
    Set<String> first = new TreeSet<>(ids.subList(0, ids.size() / 2));
    Set<String> second = new TreeSet<>(ids.subList(ids.size() / 2, ids.size()));
    return swapped ? of(race, second, first) : of(race, first, second);
  }

  private static Choice of(Race race, Set<String> chosenOn, Set<String> judgedOn) {
    Race chosenHalf = subset(race, chosenOn);
    Race judgedHalf = subset(race, judgedOn);
    Replay replay = new Replay();
    ComparedRules.Rule baseline = ComparedRules.baseline();
    double latest = meanStop(chosenHalf.results(baseline, Weights.OWN));
    Map<String, List<Score>> families = new LinkedHashMap<>();
    for (Candidate candidate : Candidate.of(race.series())) {
      families
          .computeIfAbsent(candidate.family(), family -> new ArrayList<>())
          .add(score(chosenHalf, replay, candidate));
    }
    List<Judged> chosen =
        families.values().stream()
            .map(scores -> best(scores, latest))
            .map(candidate -> judged(chosenHalf, judgedHalf, replay, candidate))
            .sorted(
                Comparator.comparingDouble((Judged one) -> -one.chosenOn().accuracyKept().mean()))
            .toList();
    return new Choice(
        chosenOn,
        judgedOn,
        judged("baseline", chosenHalf, judgedHalf, baseline),
        Optional.of(ComparedRules.productDefault())
            .filter(race::canApply)
            .map(rule -> judged("the product's", chosenHalf, judgedHalf, rule)),
        chosen);
  }

  private static Race subset(Race race, Set<String> settings) {
    return new Race(
        race.pairs().stream().filter(pair -> settings.contains(pair.setting())).toList());
  }

  private static Score score(Race race, Replay replay, Candidate candidate) {
    List<Result> results = race.results(run -> replay.decide(candidate.policy(), run));
    return new Score(
        candidate,
        meanStop(results),
        results.stream().mapToDouble(Result::accuracyKept).average().orElseThrow());
  }

  private static double meanStop(List<Result> results) {
    return results.stream().mapToInt(Result::stopEpoch).average().orElseThrow();
  }

  private static Candidate best(List<Score> scores, double latest) {
    return scores.stream()
        .filter(score -> score.stop() <= latest)
        .max(Score.MOST_ACCURATE)
        .or(() -> scores.stream().max(Score.EARLIEST))
        .orElseThrow()
        .candidate();
  }

  private static Judged judged(
      String family, Race chosenHalf, Race judgedHalf, ComparedRules.Rule rule) {
    return new Judged(
        family,
        rule.id(),
        chosenHalf.summarize(rule, Weights.OWN),
        judgedHalf.summarize(rule, Weights.OWN));
  }

  private static Judged judged(
      Race chosenHalf, Race judgedHalf, Replay replay, Candidate candidate) {
    return new Judged(
        candidate.family(),
        candidate.syntax(),
        chosenHalf.summarize(candidate.syntax(), run -> replay.decide(candidate.policy(), run)),
        judgedHalf.summarize(candidate.syntax(), run -> replay.decide(candidate.policy(), run)));
  }

  /** The choice for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Chosen on %d settings (%d trainings), evaluated on %d others (%d)."
            .formatted(
                settingsChosenOn.size(),
                baseline.chosenOn().runs(),
                settingsJudgedOn.size(),
                baseline.judgedOn().runs()));
    lines.add("KEPT: mean accuracy in %; VS: points above validation-5; THERE: on the other half.");
    lines.add("");
    Table table =
        new Table(
            "RULE",
            "STOP",
            "KEPT",
            "VS",
            "STOP THERE",
            "KEPT THERE",
            "VS THERE",
            "WORST THERE",
            "EARLIER, NO WORSE THERE");
    row(table, "validation-5 (baseline)", baseline);
    standard.ifPresent(one -> row(table, "default: " + one.family(), one));
    chosen.forEach(one -> row(table, one.family(), one));
    lines.addAll(table.lines());
    lines.add("");
    chosen.forEach(one -> lines.add("  " + one.policy()));
    return lines;
  }

  private static void row(Table table, String name, Judged one) {
    table.row(
        name,
        Results.number(one.chosenOn().stopEpoch().mean(), 1),
        Results.number(100 * one.chosenOn().accuracyKept().mean(), 2),
        Results.number(100 * one.chosenOn().accuracyAboveBaseline().mean(), 2),
        Results.number(one.judgedOn().stopEpoch().mean(), 1),
        Results.number(100 * one.judgedOn().accuracyKept().mean(), 2),
        Results.number(100 * one.judgedOn().accuracyAboveBaseline().mean(), 2),
        Results.number(100 * one.judgedOn().worstAgainstBaseline(), 2),
        Results.number(100 * one.judgedOn().earlierAndNoWorse().mean(), 0) + " %");
  }
}
