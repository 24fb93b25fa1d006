package dev.connectome.cli.experiment;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;

/**
 * Everything about a training but its seed and its length.
 *
 * @param dataSet what is learnt, and by a network of which widths
 * @param optimizer {@code sgd} with step 0.01 and momentum 0.9, or {@code adam} with step 0.0003
 * @param noisePercent labels replaced by random ones, in percent
 * @param variant the change to the published training
 */
record Setting(DataSet dataSet, String optimizer, int noisePercent, Variant variant) {
  /** Training images: a tenth of the data sets' own. */
  static final int TRAIN_SAMPLES = 6_000;

  private static final int BATCH_SIZE = 50;
  private static final double SGD_STEP = 0.01;
  private static final double SGD_MOMENTUM = 0.9;
  private static final double ADAM_STEP = 0.0003;

  /** Unique among settings, for instance {@code fashion-mnist-adam-n20-wide}. */
  String id() {
    String id = "%s-%s-n%d".formatted(dataSet.folder(), optimizer, noisePercent);
    return variant == Variant.BASE ? id : id + "-" + variant.id();
  }

  /** The training, without data folder, seed and epochs. */
  TrainingSpec.Builder spec() {
    OptimizerSpec.Builder steps = OptimizerSpec.newBuilder().setName(optimizer);
    if (optimizer.equals("sgd")) {
      steps.setLearningRate(SGD_STEP).setMomentum(SGD_MOMENTUM);
    } else {
      steps.setLearningRate(ADAM_STEP);
    }
    TrainingSpec.Builder spec =
        TrainingSpec.newBuilder()
            .setModel(ModelSpec.newBuilder().setName("mlp").addAllHiddenWidths(dataSet.widths()))
            .setData(
                DataSpec.newBuilder()
                    .setTrainSamples(TRAIN_SAMPLES)
                    .setLabelNoise(noisePercent / 100.0))
            .setOptimizer(steps)
            .setBatchSize(BATCH_SIZE)
            .setTestEveryEpochs(1);
    variant.apply(spec);
    return spec;
  }
}
