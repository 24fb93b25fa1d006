package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.DataSpec;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe the data to train on. */
final class DataOptions {
  @Option(
      names = "--train-samples",
      paramLabel = "N",
      description = "Images to train on. Default: 6000")
  private @Nullable Integer trainSamples;

  @Option(
      names = "--train-fraction",
      paramLabel = "X",
      description = "Fraction of the training images to use, instead of --train-samples")
  private @Nullable Double trainFraction;

  @Option(
      names = "--validation-fraction",
      paramLabel = "X",
      description = "Fraction of the images held out for a validation loss. Default: 0")
  private @Nullable Double validationFraction;

  @Option(
      names = "--label-noise",
      paramLabel = "X",
      description = "Fraction of the labels replaced by random ones. Default: 0")
  private @Nullable Double labelNoise;

  @Option(
      names = "--class-imbalance",
      paramLabel = "X",
      description =
          "How many times more images of the first class are kept than of the last. Default: 1")
  private @Nullable Double classImbalance;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Directory of the data as the trainer sees it. Default: the trainer's own")
  private @Nullable Path directory;

  @Option(
      names = "--data-format",
      paramLabel = "NAME",
      description =
          "auto (detect), idx, cifar10, cifar100, folder, table or embedded. Default: auto")
  private @Nullable String format;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "folder: the side to which images are scaled. Default: 32")
  private @Nullable Integer imageSize;

  @Option(
      names = "--upright",
      description = "folder: turn photographs as their EXIF orientation says. Default: as stored")
  private boolean upright;

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      description =
          "table: the column of labels. Default: label, class or target, else the last column")
  private @Nullable String labelColumn;

  DataSpec spec() {
    DataSpec.Builder spec = DataSpec.newBuilder();
    Optional.ofNullable(directory)
        .ifPresent(path -> spec.setDirectory(path.toAbsolutePath().toString()));
    Optional.ofNullable(format).ifPresent(spec::setFormat);
    Optional.ofNullable(imageSize).ifPresent(spec::setImageSize);
    Optional.ofNullable(labelColumn).ifPresent(spec::setLabelColumn);
    spec.setUpright(upright);
    Optional.ofNullable(trainSamples).ifPresent(spec::setTrainSamples);
    Optional.ofNullable(trainFraction).ifPresent(spec::setTrainFraction);
    Optional.ofNullable(validationFraction).ifPresent(spec::setValidationFraction);
    Optional.ofNullable(classImbalance).ifPresent(spec::setClassImbalance);
    Optional.ofNullable(labelNoise).ifPresent(spec::setLabelNoise);
    return spec.build();
  }
}
