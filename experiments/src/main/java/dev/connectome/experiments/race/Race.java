package dev.connectome.experiments.race;

import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

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
  private final Replay replay = new Replay();

  /** The two trainings of a setting, seed and length. */
  public record Pair(RecordedRun all, RecordedRun heldOut) {
    String setting() {
      return all.setting();
    }

    boolean has(Weights weights) {
      return all.has(weights) && heldOut.has(weights);
    }
  }

  /**
   * The result of a rule on one pair.
   *
   * @param decided whether the rule said stop before the last epoch
   * @param stopEpoch the epoch that decided, else the last
   * @param keptEpoch the epoch whose weights are kept
   * @param accuracyAtStop test accuracy after {@code stopEpoch}
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

  Race(List<Pair> pairs) {
    this.pairs = List.copyOf(pairs);
  }

  /** The comparison on the complete pairs among some trainings. */
  public static Race of(List<RecordedRun> runs) {
    Map<String, RecordedRun> heldOut = new LinkedHashMap<>();
    runs.stream().filter(RecordedRun::heldOut).forEach(run -> heldOut.put(key(run), run));
    List<Pair> pairs = new ArrayList<>();
    for (RecordedRun run : runs) {
      RecordedRun twin = heldOut.get(key(run));
      if (!run.heldOut() && twin != null) {
        pairs.add(new Pair(run, twin));
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

  /** The comparison on the pairs in which the accuracy with these weights was measured. */
  Race with(Weights weights) {
    return new Race(pairs.stream().filter(pair -> pair.has(weights)).toList());
  }

  /** Whether the rule watched a training, or a training recorded all the series that it reads. */
  boolean canApply(ComparedRules.Rule rule) {
    return pairs.stream()
        .map(pair -> rule.heldOut() ? pair.heldOut() : pair.all())
        .anyMatch(
            run ->
                isRecorded(rule, run)
                    || run.series().keySet().containsAll(rule.replayPolicy().monitors()));
  }

  /** The series that the trainings with all images recorded. */
  Set<String> series() {
    return pairs.stream()
        .flatMap(pair -> pair.all().series().keySet().stream())
        .collect(Collectors.toSet());
  }

  /** Summarises a compared rule. */
  RuleSummary summarize(ComparedRules.Rule rule, Weights weights) {
    return summarize(rule.id(), weights, results(rule, weights));
  }

  /** Summarises any other rule, evaluated on the trainings with all images, own weights kept. */
  RuleSummary summarize(String id, Function<RecordedRun, Optional<Decision>> rule) {
    return summarize(id, Weights.OWN, results(rule));
  }

  private RuleSummary summarize(String id, Weights weights, List<Result> results) {
    ComparedRules.Rule baseline = ComparedRules.baseline();
    return RuleSummary.of(
        id, weights, results, results(baseline, Weights.OWN), results(baseline, weights));
  }

  /** The results of a compared rule, in the order of the pairs. */
  List<Result> results(ComparedRules.Rule rule, Weights weights) {
    return pairs.stream()
        .map(pair -> result(pair, rule.heldOut(), weights, run -> decision(rule, run)))
        .toList();
  }

  /**
   * The results of any other rule, evaluated on the trainings with all images, own weights kept.
   */
  List<Result> results(Function<RecordedRun, Optional<Decision>> rule) {
    return pairs.stream().map(pair -> result(pair, false, Weights.OWN, rule)).toList();
  }

  private static boolean isRecorded(ComparedRules.Rule rule, RecordedRun run) {
    return ComparedRules.hasFixedSettings(rule) && run.decisions().containsKey(rule.id());
  }

  private Optional<Decision> decision(ComparedRules.Rule rule, RecordedRun run) {
    if (isRecorded(rule, run)) {
      return Optional.ofNullable(run.decisions().get(rule.id()));
    }
    return rule.control()
        ? replay.decideAlone(rule.replayPolicy(), run)
        : replay.decide(rule.replayPolicy(), run);
  }

  private static Result result(
      Pair pair, boolean heldOut, Weights weights, Function<RecordedRun, Optional<Decision>> rule) {
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
        run.accuracy(Weights.OWN, stop),
        kept,
        pair.all().bestAccuracy() - kept);
  }
}
