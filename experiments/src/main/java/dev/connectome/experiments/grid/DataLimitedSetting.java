package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;

/**
 * A multilayer perceptron that learns from a tenth of a data set.
 *
 * @param optimizer {@code sgd} with learning rate 0.01 and momentum 0.9, or {@code adam} with
 *     0.0003
 * @param noisePercent labels replaced by random ones, in percent
 */
public record DataLimitedSetting(
    DataSet dataSet, String optimizer, int noisePercent, Variant variant) implements Setting {
  /** Training images: a tenth of the data sets' own. */
  static final int TRAIN_SAMPLES = 6_000;

  /** For instance {@code fashion-mnist-adam-n20-wide}. */
  @Override
  public String id() {
    String id = "%s-%s-n%d".formatted(dataSet.folder(), optimizer, noisePercent);
    return variant == Variant.BASE ? id : id + "-" + variant.id();
  }

  @Override
  public String folder() {
    return dataSet.folder();
  }

  @Override
  public TrainingSpec.Builder spec() {
    TrainingSpec.Builder spec =
        Setting.training(optimizer)
            .setModel(ModelSpec.newBuilder().setName("mlp").addAllHiddenWidths(dataSet.widths()))
            .setData(
                DataSpec.newBuilder()
                    .setTrainSamples(TRAIN_SAMPLES)
                    .setLabelNoise(noisePercent / 100.0));
    variant.apply(spec);
    return spec;
  }
}
