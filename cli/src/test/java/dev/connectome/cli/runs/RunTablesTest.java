package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UnmovedSeries;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTablesTest {

  private static TrainingRun.Builder ended(KeptWeights weights) {
    TrainingRun.Builder run = TrainingRun.newBuilder().setName("runs/a");
    run.getOutcomeBuilder()
        .setFinalEpoch(9)
        .setRestoredEpoch(7)
        .setKeptWeights(weights)
        .putMetrics("testAccuracy", 0.875);
    return run;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          KEPT_WEIGHTS_EPOCH       | weights of epoch 7, test accuracy 0.8750
          KEPT_WEIGHTS_UNSPECIFIED | weights of epoch 7, test accuracy 0.8750
          KEPT_WEIGHTS_BEST        | weights of the best epoch, 7, test accuracy 0.8750
          """)
  void whatWasKeptIsSaidWithItsAccuracy(KeptWeights weights, String said) {
    assertThat(RunTables.run(ended(weights).build())).contains("kept:      " + said);
  }

  @Test
  void theAccuracyOfAnAverageStandsBesideThatOfTheEpoch() {
    TrainingRun.Builder run = ended(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    run.getOutcomeBuilder().putMetrics("epochTestAccuracy", 0.5);

    assertThat(RunTables.run(run.build()))
        .contains(
            "kept:      average of the weights at epoch 7, test accuracy 0.8750; of the epoch's own"
                + " weights 0.5000");
  }

  @Test
  void aRunThatHasNotBegunToLearnSaysWhatItsPolicyWaitsFor() {
    TrainingRun run =
        TrainingRun.newBuilder()
            .addPolicyHolds(
                PolicyHold.newBuilder()
                    .setPolicyId("default")
                    .setMessage("the run has not begun to learn: trainLoss has no value yet")
                    .addUnmovedSeries(UnmovedSeries.newBuilder().setSeries("trainLoss")))
            .build();

    assertThat(RunTables.run(run))
        .contains(
            "waiting:   policy default does not stop the run yet: the run has not begun to learn:"
                + " trainLoss has no value yet");
    var watch = new WatchPrinter();
    watch.lines(WatchTrainingRunResponse.newBuilder().setTrainingRun(run).build());
    assertThat(
            watch.lines(
                WatchTrainingRunResponse.newBuilder()
                    .setSignature(SignatureRecord.newBuilder().setEpoch(3))
                    .build()))
        .containsExactly("epoch 3  has not begun to learn, by trainLoss");
  }

  @Test
  void aRunWithoutACheckpointKeptNothing() {
    TrainingRun failed =
        TrainingRun.newBuilder().setOutcome(TrainingOutcome.newBuilder().setFinalEpoch(2)).build();

    assertThat(RunTables.run(failed)).noneMatch(line -> line.startsWith("kept"));
  }
}
