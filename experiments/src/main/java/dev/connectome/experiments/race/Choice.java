package dev.connectome.experiments.race;

import dev.connectome.experiments.race.Race.Pair;
import dev.connectome.experiments.race.Race.Result;
import dev.connectome.experiments.race.Race.RuleSummary;
import dev.connectome.experiments.rule.Candidate;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Rules chosen on one half of the settings and judged on the other.
 *
 * <p>Of each family the candidate is chosen that keeps the highest mean accuracy among those that
 * stop on average no later than the baseline does; if all are later, the earliest. All trainings of
 * a setting are in the same half, so that nothing that was chosen on is judged on.
 *
 * @param settingsChosenOn ids of the settings of one half
 * @param settingsJudgedOn ids of those of the other
 * @param baseline the baseline on both
 * @param standard the product's default on both
 * @param chosen the choice of each family, the best on the half chosen on first
 */
public record Choice(
    Set<String> settingsChosenOn,
    Set<String> settingsJudgedOn,
    Judged baseline,
    Judged standard,
    List<Judged> chosen) {

  /**
   * A rule on both halves.
   *
   * @param family what was chosen among
   * @param policy as it is typed
   * @param chosenOn how it does where it was chosen
   * @param judgedOn how it does where it was not
   */
  public record Judged(String family, String policy, RuleSummary chosenOn, RuleSummary judgedOn) {}

  private record Score(Candidate candidate, double stop, double accuracy) {
    static final Comparator<Score> MOST_ACCURATE =
        Comparator.comparingDouble(Score::accuracy).thenComparing(score -> -score.stop());
    static final Comparator<Score> EARLIEST = Comparator.comparingDouble(score -> -score.stop());
  }

  /**
   * Chooses.
   *
   * @param race all trainings
   * @param splitSeed decides which setting is in which half
   * @param swapped whether to choose on the second half and judge on the first
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
    Race here = only(race, chosenOn);
    Race there = only(race, judgedOn);
    Replay replay = new Replay();
    ComparedRules.Rule baseline = ComparedRules.baseline();
    double latest = meanStop(here.results(baseline));
    Map<String, List<Score>> families = new LinkedHashMap<>();
    for (Candidate candidate : Candidate.all()) {
      families
          .computeIfAbsent(candidate.family(), family -> new ArrayList<>())
          .add(score(here, replay, candidate));
    }
    List<Judged> chosen =
        families.values().stream()
            .map(scores -> best(scores, latest))
            .map(candidate -> judged(here, there, replay, candidate))
            .sorted(
                Comparator.comparingDouble((Judged one) -> -one.chosenOn().accuracyKept().mean()))
            .toList();
    return new Choice(
        chosenOn,
        judgedOn,
        new Judged("baseline", baseline.id(), here.standing(baseline), there.standing(baseline)),
        judged(here, there, replay, Candidate.standard()),
        chosen);
  }

  private static Race only(Race race, Set<String> settings) {
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

  private static Judged judged(Race here, Race there, Replay replay, Candidate candidate) {
    return new Judged(
        candidate.family(),
        candidate.syntax(),
        here.standing(candidate.syntax(), run -> replay.decide(candidate.policy(), run)),
        there.standing(candidate.syntax(), run -> replay.decide(candidate.policy(), run)));
  }
}
