package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;

/**
 * A convolutional network that is small for its data: all images of CIFAR-10 or CIFAR-100.
 *
 * @param optimizer {@code sgd} or {@code adam}
 * @param trainSamples training images, chosen by the seed; 0 for all
 */
public record ArchitectureLimitedSetting(Cifar dataSet, String optimizer, int trainSamples)
    implements Setting {

  /** For instance {@code cifar-10-vgg-sgd}, or {@code cifar-10-vgg-sgd-5000} with fewer images. */
  @Override
  public String id() {
    String id = "%s-vgg-%s".formatted(dataSet.title(), optimizer);
    return trainSamples == 0 ? id : id + "-" + trainSamples;
  }

  @Override
  public String folder() {
    return dataSet.folder();
  }

  @Override
  public TrainingSpec.Builder spec() {
    DataSpec.Builder images = DataSpec.newBuilder();
    if (trainSamples == 0) {
      images.setTrainFraction(1);
    } else {
      images.setTrainSamples(trainSamples);
    }
    return Setting.training(optimizer)
        .setModel(ModelSpec.newBuilder().setName("vgg"))
        .setData(images);
  }
}
