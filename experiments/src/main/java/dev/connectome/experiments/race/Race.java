package dev.connectome.experiments.race;

import dev.connectome.cli.report.Bootstrap;
import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Rules compared on the same trainings. A rule that never says stop ends at the last epoch; one
 * that did not watch a training is judged by replay.
 *
 * <p>What is compared is a pair: the same setting and seed, trained once with all images and once
 * with some of them held out. A rule that needs a validation loss is judged by the second, every
 * other one by the first.
 */
public final class Race {
  private final List<Pair> pairs;
  private final Replay replay = new Replay();

  /**
   * The two trainings of a setting, a seed and a length.
   *
   * @param all with all images
   * @param heldOut with some held out for a validation loss
   */
  public record Pair(RecordedRun all, RecordedRun heldOut) {
    String setting() {
      return all.setting();
    }
  }

  /**
   * What came of a rule on one pair.
   *
   * @param setting the setting
   * @param seed the seed
   * @param decided whether the rule said stop before the last epoch
   * @param stopEpoch the epoch that decided, else the last
   * @param keptEpoch the epoch whose weights are kept
   * @param accuracyAtStop on the test images, after the epoch that decided
   * @param accuracyKept of the weights that are kept
   * @param regret how much better the best epoch of the training with all images was
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
   * A rule's results beside the baseline's.
   *
   * @param rule its id
   * @param runs how many pairs
   * @param undecided in how many the rule never said stop
   * @param stopEpoch the epoch that decided
   * @param accuracyAtStop after it
   * @param accuracyKept of the weights that are kept
   * @param regret how much better the best epoch was
   * @param worstRegret the largest
   * @param epochsBeforeBaseline how many epochs earlier than the baseline
   * @param accuracyAboveBaseline how much more accurate than the baseline
   * @param worstAgainstBaseline the least of that
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

  private record Compared(Result result, Result baseline) {
    double gain() {
      return result.accuracyKept() - baseline.accuracyKept();
    }

    double saved() {
      return (double) baseline.stopEpoch() - result.stopEpoch();
    }
  }

  Race(List<Pair> pairs) {
    this.pairs = List.copyOf(pairs);
  }

  /** The race on the pairs that are complete among some trainings. */
  public static Race of(List<RecordedRun> runs) {
    Map<String, RecordedRun> heldOut = new LinkedHashMap<>();
    runs.stream().filter(RecordedRun::heldOut).forEach(run -> heldOut.put(key(run), run));
    List<Pair> pairs = new ArrayList<>();
    for (RecordedRun run : runs) {
      RecordedRun other = heldOut.get(key(run));
      if (!run.heldOut() && other != null) {
        pairs.add(new Pair(run, other));
      }
    }
    return new Race(pairs);
  }

  private static String key(RecordedRun run) {
    return run.setting() + "/" + run.seed() + "/" + run.epochs();
  }

  public List<Pair> pairs() {
    return pairs;
  }

  /** How one of the rules that experiments compare did. */
  RuleSummary standing(ComparedRules.Rule rule) {
    return standing(rule.id(), results(rule));
  }

  /** How a rule does that is judged anew, on the trainings with all images. */
  RuleSummary standing(String id, Function<RecordedRun, Optional<Decision>> rule) {
    return standing(id, results(rule));
  }

  /** The results of one of the rules that experiments compare, in the order of the pairs. */
  List<Result> results(ComparedRules.Rule rule) {
    return pairs.stream().map(pair -> result(pair, rule)).toList();
  }

  /** The results of a rule that is judged anew, on the trainings with all images. */
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
                : replay.decide(rule.judge(), run));
  }

  private static Result result(
      Pair pair, boolean heldOut, Function<RecordedRun, Optional<Decision>> rule) {
    RecordedRun run = heldOut ? pair.heldOut() : pair.all();
    Optional<Decision> decision = rule.apply(run);
    int stop = decision.map(Decision::stop).orElse(run.epochs());
    int keep = decision.map(Decision::keep).orElse(run.epochs());
    double kept = run.accuracy(keep);
    return new Result(
        pair.setting(),
        pair.all().seed(),
        decision.isPresent(),
        stop,
        keep,
        run.accuracy(stop),
        kept,
        pair.all().bestAccuracy() - kept);
  }

  private RuleSummary standing(String id, List<Result> results) {
    Map<String, List<Compared>> groups = new LinkedHashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      Result baseline = result(pairs.get(i), ComparedRules.baseline());
      groups
          .computeIfAbsent(pairs.get(i).setting(), setting -> new ArrayList<>())
          .add(new Compared(results.get(i), baseline));
    }
    List<Compared> all = groups.values().stream().flatMap(List::stream).toList();
    return new RuleSummary(
        id,
        all.size(),
        (int) results.stream().filter(result -> !result.decided()).count(),
        mean(groups, one -> one.result().stopEpoch()),
        mean(groups, one -> one.result().accuracyAtStop()),
        mean(groups, one -> one.result().accuracyKept()),
        mean(groups, one -> one.result().regret()),
        results.stream().mapToDouble(Result::regret).max().orElse(Double.NaN),
        mean(groups, Compared::saved),
        mean(groups, Compared::gain),
        all.stream().mapToDouble(Compared::gain).min().orElse(Double.NaN),
        mean(groups, one -> one.saved() > 0 && one.gain() >= 0 ? 1 : 0));
  }

  private static Bootstrap.Estimate mean(
      Map<String, List<Compared>> groups, ToDoubleFunction<Compared> value) {
    return Bootstrap.mean(
        groups.values().stream()
            .map(group -> group.stream().map(one -> value.applyAsDouble(one)).toList())
            .toList());
  }
}
