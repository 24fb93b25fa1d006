package dev.connectome.experiments.race;

import dev.connectome.cli.report.Bootstrap;
import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.recording.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Compares rules on the same trainings. A rule that never says stop ends at the last epoch; one
 * that did not watch a training is replayed on it.
 *
 * <p>The unit of comparison is a pair: the same setting and seed, trained with all images and with
 * some held out. A rule that needs a validation loss is evaluated on the second, every other on the
 * first.
 */
public final class Race {
  private final List<Pair> pairs;
  private final Weights weights;
  private final Replay replay = new Replay();

  /** The two trainings of a setting, seed and length. */
  public record Pair(RecordedRun all, RecordedRun heldOut) {
    String setting() {
      return all.setting();
    }
  }

  /**
   * The result of a rule on one pair.
   *
   * @param decided whether the rule said stop before the last epoch
   * @param stopEpoch the epoch that decided, else the last
   * @param keptEpoch the epoch whose weights are kept
   * @param accuracyAtStop test accuracy after {@code stopEpoch}, as all, of the weights that the
   *     race judges by
   * @param accuracyKept test accuracy of the weights that are kept
   * @param regret best accuracy of the training with all images, minus {@code accuracyKept}
   */
  public record Result(
      String setting,
      int seed,
      boolean decided,
      int stopEpoch,
      int keptEpoch,
      double accuracyAtStop,
      double accuracyKept,
      double regret) {}

  /**
   * A rule's results compared with the baseline's.
   *
   * @param runs pairs
   * @param undecided pairs in which the rule never said stop
   * @param epochsBeforeBaseline how much earlier than the baseline
   * @param accuracyAboveBaseline how much more accurate than the baseline
   * @param worstAgainstBaseline the lowest of that
   * @param earlierAndNoWorse share of pairs in which the rule stops before the baseline and is at
   *     least as accurate
   */
  public record RuleSummary(
      String rule,
      int runs,
      int undecided,
      Bootstrap.Estimate stopEpoch,
      Bootstrap.Estimate accuracyAtStop,
      Bootstrap.Estimate accuracyKept,
      Bootstrap.Estimate regret,
      double worstRegret,
      Bootstrap.Estimate epochsBeforeBaseline,
      Bootstrap.Estimate accuracyAboveBaseline,
      double worstAgainstBaseline,
      Bootstrap.Estimate earlierAndNoWorse) {}

  private record Comparison(Result result, Result baseline) {
    double gain() {
      return result.accuracyKept() - baseline.accuracyKept();
    }

    double saved() {
      return (double) baseline.stopEpoch() - result.stopEpoch();
    }
  }

  Race(List<Pair> pairs, Weights weights) {
    this.pairs = List.copyOf(pairs);
    this.weights = weights;
  }

  /**
   * The comparison on the complete pairs among some trainings.
   *
   * @param weights what every rule keeps, the baseline too; trainings without their accuracy do not
   *     take part
   */
  public static Race of(List<RecordedRun> all, Weights weights) {
    List<RecordedRun> runs = all.stream().filter(run -> run.measured(weights)).toList();
    Map<String, RecordedRun> heldOut = new LinkedHashMap<>();
    runs.stream().filter(RecordedRun::heldOut).forEach(run -> heldOut.put(key(run), run));
    List<Pair> pairs = new ArrayList<>();
    for (RecordedRun run : runs) {
      RecordedRun twin = heldOut.get(key(run));
      if (!run.heldOut() && twin != null) {
        pairs.add(new Pair(run, twin));
      }
    }
    return new Race(pairs, weights);
  }

  private static String key(RecordedRun run) {
    return run.setting() + "/" + run.seed() + "/" + run.epochs();
  }

  /** The race on the pairs of some settings. */
  Race among(Set<String> settings) {
    return new Race(
        pairs.stream().filter(pair -> settings.contains(pair.setting())).toList(), weights);
  }

  public List<Pair> pairs() {
    return pairs;
  }

  /** Summarises a compared rule. */
  RuleSummary summarize(ComparedRules.Rule rule) {
    return summarize(rule.id(), results(rule));
  }

  /** Summarises any other rule, evaluated on the trainings with all images. */
  RuleSummary summarize(String id, Function<RecordedRun, Optional<Decision>> rule) {
    return summarize(id, results(rule));
  }

  /** The results of a compared rule, in the order of the pairs. */
  List<Result> results(ComparedRules.Rule rule) {
    return pairs.stream().map(pair -> result(pair, rule)).toList();
  }

  /** The results of any other rule, evaluated on the trainings with all images. */
  List<Result> results(Function<RecordedRun, Optional<Decision>> rule) {
    return pairs.stream().map(pair -> result(pair, false, rule)).toList();
  }

  private Result result(Pair pair, ComparedRules.Rule rule) {
    return result(
        pair,
        rule.heldOut(),
        run ->
            run.decisions().containsKey(rule.id())
                ? Optional.ofNullable(run.decisions().get(rule.id()))
                : replay.decide(rule.replayPolicy(), run));
  }

  private Result result(
      Pair pair, boolean heldOut, Function<RecordedRun, Optional<Decision>> rule) {
    RecordedRun run = heldOut ? pair.heldOut() : pair.all();
    Optional<Decision> decision = rule.apply(run);
    int stop = decision.map(Decision::stop).orElse(run.epochs());
    int keep = decision.map(Decision::keep).orElse(run.epochs());
    double kept = run.accuracy(weights, keep);
    return new Result(
        pair.setting(),
        pair.all().seed(),
        decision.isPresent(),
        stop,
        keep,
        run.accuracy(weights, stop),
        kept,
        pair.all().bestAccuracy(weights) - kept);
  }

  private RuleSummary summarize(String id, List<Result> results) {
    Map<String, List<Comparison>> groups = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      Result baseline = result(pairs.get(i), ComparedRules.baseline());
      groups
          .computeIfAbsent(pairs.get(i).setting(), setting -> new ArrayList<>())
          .add(new Comparison(results.get(i), baseline));
    }
    List<Comparison> all = groups.values().stream().flatMap(List::stream).toList();
    return new RuleSummary(
        id,
        all.size(),
        (int) results.stream().filter(result -> !result.decided()).count(),
        mean(groups, one -> one.result().stopEpoch()),
        mean(groups, one -> one.result().accuracyAtStop()),
        mean(groups, one -> one.result().accuracyKept()),
        mean(groups, one -> one.result().regret()),
        results.stream().mapToDouble(Result::regret).max().orElse(Double.NaN),
        mean(groups, Comparison::saved),
        mean(groups, Comparison::gain),
        all.stream().mapToDouble(Comparison::gain).min().orElse(Double.NaN),
        mean(groups, one -> one.saved() > 0 && one.gain() >= 0 ? 1 : 0));
  }

  private static Bootstrap.Estimate mean(
      Map<String, List<Comparison>> groups, ToDoubleFunction<Comparison> value) {
    return Bootstrap.mean(
        groups.values().stream()
            .map(group -> group.stream().map(one -> value.applyAsDouble(one)).toList())
            .toList());
  }
}
