package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.TrainingData;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was interrupted ends with the same bits as one that was not. */
class ResumeTest {

  private static final int EPOCHS = 2;
  private static final int BATCHES_PER_EPOCH = 4;
  private static final int NEVER = Integer.MAX_VALUE;

  private static TrainingData data;

  @TempDir Path directory;

  @BeforeAll
  static void loadData() throws UserException {
    TrainingSpec spec = spec("sgd", 0);
    data = TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty());
  }

  private static TrainingSpec spec(String optimizer, double momentum) {
    TrainingSpec.Builder spec = TrainingTest.spec(optimizer, EPOCHS).toBuilder();
    spec.getDataBuilder().setTrainSamples(BATCHES_PER_EPOCH * spec.getBatchSize());
    spec.getDataBuilder().clearValidationFraction();
    spec.setOptimizer(
        OptimizerSpec.newBuilder()
            .setName(optimizer)
            .setLearningRate(0.01)
            .setMomentum(momentum)
            .setWeightDecay(1e-4));
    return spec.build();
  }

  private record Trained(StoredCheckpoint checkpoint, Map<String, Double> metrics) {}

  /** Trains until all epochs are done or so many mini-batches are, and keeps a checkpoint. */
  private Trained train(TrainingSpec spec, String folder, boolean resume, int batches)
      throws Exception {
    var stopSwitch = new StopSwitch();
    var progress =
        new ProgressTracker(EPOCHS) {
          private int trained;

          @Override
          public synchronized void trained(long nanos, long samples) {
            trained++;
            if (trained == batches) {
              stopSwitch.interrupt();
            }
          }
        };
    if (batches == 0) {
      stopSwitch.interrupt();
    }
    try (Training training =
        new Training(
            spec, data, directory.resolve(folder), resume, stopSwitch, progress, snapshot -> {})) {
      assertThat(training.run().stop().filter(StopRequest.Interruption.class::isInstance))
          .isEqualTo(
              batches == NEVER ? Optional.empty() : Optional.of(new StopRequest.Interruption()));
      training.saveCheckpoint();
    }
    return new Trained(
        new CheckpointStore(directory.resolve(folder), 3).newest().orElseThrow(),
        progress.metrics());
  }

  @ParameterizedTest(name = "{0} with momentum {1}, interrupted after {2} mini-batches")
  @CsvSource({
    "sgd,  0,   0", "sgd,  0,   2", "sgd,  0,   4",
    "sgd,  0.9, 0", "sgd,  0.9, 2", "sgd,  0.9, 4",
    "adam, 0,   0", "adam, 0,   2", "adam, 0,   4",
    "adamw,0,   0", "adamw,0,   2", "adamw,0,   4"
  })
  void everyOptimizerResumesBitForBit(String optimizer, double momentum, int batches)
      throws Exception {
    TrainingSpec spec = spec(optimizer, momentum);
    assertResumesBitForBit(spec, batches);
  }

  @ParameterizedTest
  @CsvSource({
    "sgd,constant", "sgd,step", "sgd,cosine",
    "adam,constant", "adam,step", "adam,cosine",
    "adamw,constant", "adamw,step", "adamw,cosine"
  })
  void everyScheduleResumesBitForBit(String optimizer, String schedule) throws Exception {
    TrainingSpec.Builder spec = spec(optimizer, 0.9).toBuilder();
    spec.getOptimizerBuilder()
        .setSchedule(
            ScheduleSpec.newBuilder()
                .setName(schedule)
                .setStepEpochs(1)
                .setFactor(0.5)
                .setWarmUpEpochs(0.75));

    assertResumesBitForBit(spec.build(), BATCHES_PER_EPOCH);
  }

  @ParameterizedTest(name = "time constant {0}, interrupted after {1} mini-batches")
  @CsvSource({"1, 0", "1, 2", "1, 4", "0.4, 6", "3, 7"})
  void theAverageOfTheWeightsResumesBitForBit(double epochs, int batches) throws Exception {
    TrainingSpec.Builder spec = spec("sgd", 0.9).toBuilder();
    spec.setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE).setAverageEpochs(epochs);

    assertResumesBitForBit(spec.build(), batches);
  }

  @ParameterizedTest(name = "interrupted after {0} mini-batches")
  @ValueSource(ints = {0, 2, 5})
  void changedImagesAndSoftLabelsResumeBitForBit(int batches) throws Exception {
    TrainingSpec.Builder spec = spec("sgd", 0.9).toBuilder();
    spec.setAugmentation(
        AugmentationSpec.newBuilder()
            .setShift(2)
            .setFlip(true)
            .setMixup(0.4)
            .setLabelSmoothing(0.1));

    assertResumesBitForBit(spec.build(), batches);
  }

  private void assertResumesBitForBit(TrainingSpec spec, int batches) throws Exception {
    Trained whole = train(spec, "whole", false, NEVER);
    StoredCheckpoint uninterrupted = whole.checkpoint();

    StoredCheckpoint interrupted = train(spec, "parts", false, batches).checkpoint();
    assertThat(interrupted.epoch()).isEqualTo(batches / BATCHES_PER_EPOCH);
    assertThat(interrupted.nextBatch()).isEqualTo(batches % BATCHES_PER_EPOCH);

    Trained parts = train(spec, "parts", true, NEVER);
    StoredCheckpoint resumed = parts.checkpoint();
    assertThat(parts.metrics()).containsKey("trainLoss").isEqualTo(whole.metrics());
    assertThat(resumed.epoch()).isEqualTo(EPOCHS);
    assertThat(resumed.weights()).hasSameBinaryContentAs(uninterrupted.weights());
    assertThat(resumed.result()).hasSameBinaryContentAs(uninterrupted.result());
    assertThat(resumed.average().isPresent())
        .isEqualTo(spec.getKeep() == KeptWeights.KEPT_WEIGHTS_AVERAGE);
    assertThat(resumed.optimizerState()).hasSameBinaryContentAs(uninterrupted.optimizerState());
    assertThat(resumed.position()).isEqualTo(uninterrupted.position());
  }
}
