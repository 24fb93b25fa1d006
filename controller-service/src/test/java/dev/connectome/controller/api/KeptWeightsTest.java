package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.AllRule;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.MonitorMode;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TroughRule;
import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which weights a run keeps, by what its spec and its policy ask for. */
class KeptWeightsTest {

  private static final BestEpochSpec LOWEST_VALIDATION_LOSS =
      BestEpochSpec.newBuilder()
          .setMetric("validationLoss")
          .setLargerIsBetter(false)
          .setMinDelta(0)
          .setStartFromEpoch(1)
          .build();

  private static final StoppingPolicy NEVER =
      StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()).build();

  private static TrainingRun.Builder run(KeptWeights keep, StoppingPolicy.Builder policy) {
    TrainingRun.Builder run = TrainingRun.newBuilder().setPolicy(policy);
    run.getSpecBuilder().setKeep(keep).getDataBuilder().setValidationFraction(0.1);
    return run;
  }

  private static TrainingRun.Builder run(KeptWeights keep) {
    return run(keep, StoppingPolicy.newBuilder());
  }

  private static StoppingPolicy.Builder restoreBest(String monitor) {
    return StoppingPolicy.newBuilder()
        .setMonitor(monitor)
        .setPatience(PatienceRule.newBuilder().setRestoreBest(true));
  }

  private static List<Violation> violations(TrainingRun.Builder run) {
    return RequestChecks.violations(
        CreateTrainingRunRequest.newBuilder().setTrainingRun(run).build());
  }

  private static TrainingSpec completed(TrainingRun.Builder run) {
    assertThat(violations(run)).isEmpty();
    return RunRequests.definition(run.build(), LauncherType.LOCAL).spec();
  }

  private static void assertRefused(TrainingRun.Builder run, String field, String problem) {
    assertThat(violations(run))
        .extracting(Violation::field, Violation::problem)
        .contains(tuple("training_run." + field, problem));
  }

  @Test
  void aRunUnderTheDefaultPolicyKeepsAveragedWeights() {
    TrainingSpec spec = completed(run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED));

    assertThat(spec.getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    assertThat(spec.getAverageEpochs()).isEqualTo(1);
    assertThat(spec.hasBest()).isFalse();
  }

  @Test
  void aRunUnderItsOwnPolicyOrTooShortForAnAverageKeepsItsLastWeights() {
    TrainingSpec own = completed(run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED, NEVER.toBuilder()));
    TrainingRun.Builder four = run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED);
    four.getSpecBuilder().setEpochs(4);

    assertThat(own.getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_EPOCH);
    assertThat(own.hasAverageEpochs()).isFalse();
    assertThat(completed(four).getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_EPOCH);
  }

  @Test
  void anExternalRunIsNotAskedForAnAverage() {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED);

    assertThat(RunRequests.definition(run.build(), LauncherType.EXTERNAL).spec().getKeep())
        .isEqualTo(KeptWeights.KEPT_WEIGHTS_EPOCH);
  }

  @Test
  void anAverageIsOverAnEpoch() {
    TrainingSpec spec = completed(run(KeptWeights.KEPT_WEIGHTS_AVERAGE));

    assertThat(spec.getAverageEpochs()).isEqualTo(1);
    assertThat(spec.hasBest()).isFalse();
  }

  @Test
  void theBestEpochIsThatOfTheLowestValidationLoss() {
    assertThat(completed(run(KeptWeights.KEPT_WEIGHTS_BEST)).getBest())
        .isEqualTo(LOWEST_VALIDATION_LOSS);

    TrainingRun.Builder accuracy = run(KeptWeights.KEPT_WEIGHTS_BEST);
    accuracy.getSpecBuilder().getBestBuilder().setMetric("validationAccuracy");
    assertThat(completed(accuracy).getBest().getLargerIsBetter()).isTrue();
  }

  @Test
  void aPolicyThatRestoresTheBestEpochKeepsItWhateverEndsTheRun() {
    StoppingPolicy.Builder patience = restoreBest("validationAccuracy");
    patience
        .getPatienceBuilder()
        .setMode(MonitorMode.MONITOR_MODE_MAX)
        .setMinDelta(0.01)
        .setStartFromEpoch(3);
    StoppingPolicy.Builder all =
        StoppingPolicy.newBuilder()
            .setAll(
                AllRule.newBuilder()
                    .addPolicies(StoppingPolicy.newBuilder().setMonitor("trainLoss"))
                    .addPolicies(patience));
    BestEpochSpec best =
        BestEpochSpec.newBuilder()
            .setMetric("validationAccuracy")
            .setLargerIsBetter(true)
            .setMinDelta(0.01)
            .setStartFromEpoch(3)
            .build();

    TrainingSpec unsaid = completed(run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED, all));
    assertThat(unsaid.getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_BEST);
    assertThat(unsaid.getBest()).isEqualTo(best);

    TrainingSpec average = completed(run(KeptWeights.KEPT_WEIGHTS_AVERAGE, all));
    assertThat(average.getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    assertThat(average.getBest()).isEqualTo(best);
  }

  @Test
  void aSeriesThatTheTrainerDoesNotKnowIsLeftToThePolicy() {
    TrainingSpec spec =
        completed(run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED, restoreBest("deathDistance")));

    assertThat(spec.getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_EPOCH);
    assertThat(spec.hasBest()).isFalse();
  }

  @Test
  void theLastAndTheBestWeightsTogetherAreRefused() {
    assertRefused(
        run(KeptWeights.KEPT_WEIGHTS_EPOCH, restoreBest("validationLoss")),
        "spec.keep",
        "must not be KEPT_WEIGHTS_EPOCH where the policy has restore_best on validationLoss; leave"
            + " one of them out");

    TrainingRun.Builder best = run(KeptWeights.KEPT_WEIGHTS_EPOCH);
    best.getSpecBuilder().setBest(LOWEST_VALIDATION_LOSS);
    assertRefused(best, "spec.best", "is not for keep KEPT_WEIGHTS_EPOCH; leave one of them out");
  }

  @Test
  void theBestEpochWithoutHeldOutImagesIsRefused() {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_BEST);
    run.getSpecBuilder().clearData();

    assertRefused(
        run,
        "spec.keep",
        "needs data.validation_fraction above 0, without which the run does not report"
            + " validationLoss, by which an epoch is the best; set it, or name another metric in"
            + " spec.best");
  }

  @ParameterizedTest
  @ValueSource(strings = {"testAccuracy", "changedPredictions", "averagedValidationLoss"})
  void aMetricThatTheRunDoesNotReportIsRefused(String metric) {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_BEST);
    run.getSpecBuilder().getBestBuilder().setMetric(metric);

    assertThat(violations(run))
        .extracting(Violation::field)
        .containsExactly("training_run.spec.best.metric");
  }

  @Test
  void aMetricThatNoTrainerReportsIsRefused() {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_BEST);
    run.getSpecBuilder().getBestBuilder().setMetric("validationloss");

    assertThat(violations(run))
        .extracting(Violation::problem)
        .singleElement()
        .asString()
        .startsWith("must be one of [averagedTestAccuracy, ")
        .endsWith("not \"validationloss\"");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1_001})
  void aTimeConstantOutOfRangeIsRefused(double epochs) {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    run.getSpecBuilder().setAverageEpochs(epochs);

    assertRefused(run, "spec.average_epochs", "must be above 0 and at most 1000, not " + epochs);
  }

  @Test
  void aTimeConstantWithoutAnAverageIsRefused() {
    TrainingRun.Builder run = run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED);
    run.getSpecBuilder().setAverageEpochs(2);

    assertRefused(
        run,
        "spec.average_epochs",
        "is for keep KEPT_WEIGHTS_AVERAGE, not for KEPT_WEIGHTS_UNSPECIFIED; set that, or leave"
            + " this out");
  }

  @Test
  void oneCheckpointIsEnoughForTheBestEpochAndTooFewForAnother() {
    TrainingRun.Builder best =
        run(KeptWeights.KEPT_WEIGHTS_UNSPECIFIED, restoreBest("validationLoss"));
    best.getSpecBuilder().getCheckpointBuilder().setKeep(1);
    assertThat(completed(best).getCheckpoint().getKeep()).isEqualTo(1);

    TrainingRun.Builder trough =
        run(
            KeptWeights.KEPT_WEIGHTS_UNSPECIFIED,
            StoppingPolicy.newBuilder()
                .setMonitor("changedPredictions")
                .setTrough(TroughRule.newBuilder().setConfirm(3)));
    trough.getSpecBuilder().setPredictionChanges(true);
    trough.getSpecBuilder().getProbeBuilder().setEveryEpochs(2);
    assertThat(completed(trough).getCheckpoint().getKeep()).isEqualTo(27);

    trough.getSpecBuilder().getCheckpointBuilder().setKeep(6);
    assertThatThrownBy(() -> RunRequests.definition(trough.build(), LauncherType.LOCAL))
        .hasMessageContaining(
            "training_run.spec.checkpoint.keep must be above 6, the epochs that the policy may go"
                + " back for weights, not 6; or leave it out");
  }
}
