package dev.connectome.experiments.race;

import dev.connectome.cli.report.Bootstrap;
import dev.connectome.experiments.race.Race.Result;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A rule's results compared with the baseline's. The baseline keeps the weights of its best epoch
 * as they are, whichever the rule keeps. Intervals are over settings.
 *
 * @param weights which weights the rule keeps
 * @param runs pairs of trainings
 * @param settings how many they belong to
 * @param undecided pairs in which the rule never said stop
 * @param epochsBeforeBaseline how much earlier than the baseline
 * @param accuracyAboveBaseline how much more accurate than the baseline
 * @param medianAboveBaseline the median of that over settings
 * @param worstAgainstBaseline the lowest of that in a single pair
 * @param worstSetting the lowest of that, averaged over the pairs of a setting
 * @param withinHalfAPoint share of settings that are at most half a point below the baseline
 * @param loseFive settings that are more than five points below the baseline
 * @param earlierAndNoWorse share of pairs in which the rule stops before the baseline and is at
 *     least as accurate
 * @param medianAboveSameWeights the median over settings of how much more accurate the rule is than
 *     the baseline with the same kind of weights
 */
public record RuleSummary(
    String rule,
    Weights weights,
    int runs,
    int settings,
    int undecided,
    Bootstrap.Estimate stopEpoch,
    Bootstrap.Estimate accuracyAtStop,
    Bootstrap.Estimate accuracyKept,
    Bootstrap.Estimate regret,
    double worstRegret,
    Bootstrap.Estimate epochsBeforeBaseline,
    Bootstrap.Estimate accuracyAboveBaseline,
    Bootstrap.MedianEstimate medianAboveBaseline,
    double worstAgainstBaseline,
    double worstSetting,
    double withinHalfAPoint,
    int loseFive,
    Bootstrap.Estimate earlierAndNoWorse,
    Bootstrap.MedianEstimate medianAboveSameWeights) {

  private static final double HALF_A_POINT = 0.005;
  private static final double FIVE_POINTS = 0.05;

  private record Comparison(Result result, Result baseline, Result sameWeights) {
    double gain() {
      return result.accuracyKept() - baseline.accuracyKept();
    }

    double gainOverSameWeights() {
      return result.accuracyKept() - sameWeights.accuracyKept();
    }

    double saved() {
      return (double) baseline.stopEpoch() - result.stopEpoch();
    }
  }

  /**
   * Compares results, all in the order of the same pairs.
   *
   * @param baseline of the baseline, with the weights of its epoch
   * @param sameWeights of the baseline, with the same kind of weights as the rule
   */
  static RuleSummary of(
      String rule,
      Weights weights,
      List<Result> results,
      List<Result> baseline,
      List<Result> sameWeights) {
    Map<String, List<Comparison>> groups = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      groups
          .computeIfAbsent(results.get(i).setting(), setting -> new ArrayList<>())
          .add(new Comparison(results.get(i), baseline.get(i), sameWeights.get(i)));
    }
    List<Double> gains = settingMeans(groups, Comparison::gain);
    return new RuleSummary(
        rule,
        weights,
        results.size(),
        groups.size(),
        (int) results.stream().filter(result -> !result.decided()).count(),
        mean(groups, one -> one.result().stopEpoch()),
        mean(groups, one -> one.result().accuracyAtStop()),
        mean(groups, one -> one.result().accuracyKept()),
        mean(groups, one -> one.result().regret()),
        results.stream().mapToDouble(Result::regret).max().orElse(Double.NaN),
        mean(groups, Comparison::saved),
        mean(groups, Comparison::gain),
        Bootstrap.median(gains),
        groups.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Comparison::gain)
            .min()
            .orElse(Double.NaN),
        gains.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
        (double) gains.stream().filter(gain -> gain >= -HALF_A_POINT).count() / gains.size(),
        (int) gains.stream().filter(gain -> gain < -FIVE_POINTS).count(),
        mean(groups, one -> one.saved() > 0 && one.gain() >= 0 ? 1 : 0),
        Bootstrap.median(settingMeans(groups, Comparison::gainOverSameWeights)));
  }

  /** The settings in which a rule keeps more than five points less than the baseline. */
  static Set<String> settingsThatLoseFive(List<Result> results, List<Result> baseline) {
    Map<String, List<Double>> gains = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      gains
          .computeIfAbsent(results.get(i).setting(), setting -> new ArrayList<>())
          .add(results.get(i).accuracyKept() - baseline.get(i).accuracyKept());
    }
    return gains.entrySet().stream()
        .filter(
            setting ->
                setting.getValue().stream().mapToDouble(Double::doubleValue).average().orElseThrow()
                    < -FIVE_POINTS)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static List<Double> settingMeans(
      Map<String, List<Comparison>> groups, ToDoubleFunction<Comparison> value) {
    return groups.values().stream()
        .map(group -> group.stream().mapToDouble(value).average().orElseThrow())
        .toList();
  }

  private static Bootstrap.Estimate mean(
      Map<String, List<Comparison>> groups, ToDoubleFunction<Comparison> value) {
    return Bootstrap.mean(
        groups.values().stream()
            .map(group -> group.stream().map(one -> value.applyAsDouble(one)).toList())
            .toList());
  }
}
