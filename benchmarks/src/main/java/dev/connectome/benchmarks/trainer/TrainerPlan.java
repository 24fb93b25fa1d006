package dev.connectome.benchmarks.trainer;

import dev.connectome.benchmarks.harness.OptionRanges;
import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is trained, repeatedly.
 *
 * @param model {@code mlp} or {@code vgg}, as the platform builds it by default
 * @param images training images
 * @param samples N, the inputs of the probe
 * @param epochs of each training run
 * @param repetitions how often each way, bare and not
 * @param services whether the platform's services are up as well, not only the broker
 * @param average whether an average of the weights is measured instead of the observation
 */
record TrainerPlan(
    String model,
    int images,
    int samples,
    int epochs,
    int repetitions,
    boolean services,
    boolean average) {
  private static final int BATCH = 50;
  private static final int MAX_NEURONS = 4_096;
  private static final int KEPT_CHECKPOINTS = 2;

  /** More epochs than any run has. */
  private static final int NEVER = 100_000;

  private static final Map<String, ModelSpec> MODELS =
      new TreeMap<>(
          Map.of(
              "mlp",
              ModelSpec.newBuilder()
                  .setName("mlp")
                  .addHiddenWidths(128)
                  .addHiddenWidths(64)
                  .build(),
              "vgg",
              ModelSpec.newBuilder()
                  .setName("vgg")
                  .setChannels(32)
                  .addHiddenWidths(256)
                  .addHiddenWidths(128)
                  .build()));

  TrainerPlan {
    if (!MODELS.containsKey(model)) {
      throw CommandFailure.badInput(
          "--model is %s: it must be one of %s".formatted(model, MODELS.keySet()));
    }
    OptionRanges.check("--images", images, BATCH, 60_000);
    OptionRanges.check("--samples", samples, 2, 100_000);
    OptionRanges.check("--epochs", epochs, 2, 10_000);
    OptionRanges.check("--repetitions", repetitions, 1, 100);
  }

  /** What a training has that is not bare. */
  String addition() {
    return average ? "averaged" : "observed";
  }

  /**
   * Bare: only the final checkpoint. Otherwise with a snapshot and a checkpoint every epoch, or
   * with an average of the weights.
   */
  TrainingSpec spec(boolean bare) {
    int every = bare || average ? NEVER : 1;
    return TrainingSpec.newBuilder()
        .setKeep(
            bare || !average ? KeptWeights.KEPT_WEIGHTS_EPOCH : KeptWeights.KEPT_WEIGHTS_AVERAGE)
        .setModel(MODELS.get(model))
        .setData(DataSpec.newBuilder().setFormat("auto").setTrainSamples(images))
        .setOptimizer(
            OptimizerSpec.newBuilder().setName("sgd").setLearningRate(0.01).setMomentum(0.9))
        .setEpochs(epochs)
        .setBatchSize(BATCH)
        .setSeed(1)
        .setProbe(
            ProbeSpec.newBuilder()
                .setSamples(samples)
                .setEveryEpochs(every)
                .setMaxNeurons(MAX_NEURONS))
        .setCheckpoint(CheckpointSpec.newBuilder().setKeep(KEPT_CHECKPOINTS).setEveryEpochs(every))
        .setDevice("cpu")
        .build();
  }
}
