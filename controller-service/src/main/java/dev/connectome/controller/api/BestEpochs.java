package dev.connectome.controller.api;

import static java.util.Map.entry;

import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.stopping.CombinedPolicy;
import dev.connectome.stopping.PatienceRule;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.StoppingPolicy;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which epoch of a run is the best, and what the run needs to know it. */
final class BestEpochs {

  static final String STANDARD_METRIC = "validationLoss";

  private static final Need ALWAYS = new Need("", spec -> true);
  private static final Need HELD_OUT =
      new Need(
          "data.validation_fraction above 0", spec -> spec.getData().getValidationFraction() > 0);
  private static final Need TESTED =
      new Need("test_every_epochs above 0", spec -> spec.getTestEveryEpochs() > 0);
  private static final Need COUNTED =
      new Need("prediction_changes", TrainingSpec::getPredictionChanges);
  private static final Need AVERAGED =
      new Need("keep AVERAGE", spec -> SpecDefaults.keep(spec) == KeptWeights.KEPT_WEIGHTS_AVERAGE);

  /** What the trainer reports, and for which spec. */
  private static final Map<String, Need> METRICS =
      Map.ofEntries(
          entry("trainLoss", ALWAYS),
          entry("trainAccuracy", ALWAYS),
          entry(STANDARD_METRIC, HELD_OUT),
          entry("validationAccuracy", HELD_OUT),
          entry("testLoss", TESTED),
          entry("testAccuracy", TESTED),
          entry("changedPredictions", COUNTED),
          entry("averagedValidationLoss", HELD_OUT.and(AVERAGED)),
          entry("averagedValidationAccuracy", HELD_OUT.and(AVERAGED)),
          entry("averagedTestLoss", TESTED.and(AVERAGED)),
          entry("averagedTestAccuracy", TESTED.and(AVERAGED)));

  private record Need(String what, Predicate<TrainingSpec> test) {
    Need and(Need other) {
      return new Need(what + " and " + other.what, test.and(other.test));
    }
  }

  private BestEpochs() {}

  /** The names of the metrics by which an epoch can be the best. */
  static String[] metrics() {
    return METRICS.keySet().toArray(String[]::new);
  }

  /** What a spec lacks to report a metric; empty if it reports it. */
  static Optional<String> missing(String metric, TrainingSpec spec) {
    return Optional.ofNullable(METRICS.get(metric))
        .filter(need -> !need.test.test(spec))
        .map(Need::what);
  }

  /** What the first patience rule with restore_best on a metric of the trainer's says. */
  static Optional<BestEpochSpec> restored(StoppingPolicy policy) {
    return rules(policy).flatMap(series -> best(series).stream()).findFirst();
  }

  /**
   * How many points back a policy may want weights from, other than those of the best epoch, which
   * the trainer keeps.
   */
  static int restoreDistance(StoppingPolicy policy) {
    return restoreDistance(policy, restored(policy));
  }

  /** The same where the trainer keeps the weights of that best epoch. */
  static int restoreDistance(StoppingPolicy policy, Optional<BestEpochSpec> kept) {
    return rules(policy)
        .filter(series -> kept.isEmpty() || !best(series).equals(kept))
        .mapToInt(SeriesPolicy::restoreDistance)
        .max()
        .orElse(0);
  }

  private static Stream<SeriesPolicy> rules(StoppingPolicy policy) {
    if (policy instanceof CombinedPolicy combined) {
      return combined.members().stream().flatMap(BestEpochs::rules);
    }
    return policy instanceof SeriesPolicy series ? Stream.of(series) : Stream.empty();
  }

  private static Optional<BestEpochSpec> best(SeriesPolicy series) {
    return series.rule() instanceof PatienceRule rule
            && rule.restoreBest()
            && METRICS.containsKey(series.monitor())
        ? Optional.of(
            BestEpochSpec.newBuilder()
                .setMetric(series.monitor())
                .setLargerIsBetter(rule.mode() == PatienceRule.Mode.MAX)
                .setMinDelta(rule.minDelta())
                .setStartFromEpoch(rule.startFromEpoch())
                .build())
        : Optional.empty();
  }
}
