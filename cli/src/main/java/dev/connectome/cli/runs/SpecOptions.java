package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what to train; what is left out takes the controller's defaults. */
final class SpecOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "mlp, lenet5, vgg, resnet, or with a dot the name of a network in a jar that the trainer"
              + " was given. Default: mlp")
  private @Nullable String model;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      split = ",",
      description =
          "Neurons of each hidden fully connected layer. Default: 128,64 for mlp, 120,84 for"
              + " lenet5, 256,128 for vgg")
  private List<Integer> hidden = new ArrayList<>();

  @Option(
      names = "--channels",
      paramLabel = "N",
      description =
          "Of vgg and resnet: channels of the first convolutions. Default: 32 for vgg, 16 for"
              + " resnet")
  private @Nullable Integer channels;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "Of resnet: layers, 8, 14, 20, .. 110. Default: 8")
  private @Nullable Integer depth;

  @Option(
      names = "--model-setting",
      paramLabel = "NAME=VALUE",
      description = "A setting of a network in a jar; may be repeated.")
  private Map<String, String> modelSettings = new LinkedHashMap<>();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, gpu or gpu:N. Default: the trainer's own")
  private @Nullable String device;

  @Option(names = "--dropout", paramLabel = "P", description = "0 <= P < 1. Default: 0")
  private @Nullable Double dropout;

  @Option(names = "--batch-norm", description = "Normalise hidden layers by batch.")
  private @Nullable Boolean batchNorm;

  @Option(names = "--epochs", paramLabel = "N", description = "Budget. Default: 100")
  private @Nullable Integer epochs;

  @Option(names = "--batch-size", paramLabel = "N", description = "Default: 50")
  private @Nullable Integer batchSize;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, adam or adamw. Default: sgd")
  private @Nullable String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "Default: 0.01 for sgd, 0.0003 for the others")
  private @Nullable Double learningRate;

  @Option(names = "--momentum", paramLabel = "X", description = "Of sgd. Default: 0.9")
  private @Nullable Double momentum;

  @Option(names = "--weight-decay", paramLabel = "X", description = "Default: 0")
  private @Nullable Double weightDecay;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "Of the step size: constant, step or cosine. Default: constant")
  private @Nullable String schedule;

  @Option(
      names = "--schedule-step",
      paramLabel = "EPOCHS",
      description = "Of step: epochs between two changes. Default: 30")
  private @Nullable Integer scheduleStep;

  @Option(
      names = "--schedule-factor",
      paramLabel = "X",
      description = "Of step: what the step size is multiplied by. Default: 0.1")
  private @Nullable Double scheduleFactor;

  @Option(
      names = "--schedule-final",
      paramLabel = "X",
      description = "Of cosine: the last step size, as a part of the first. Default: 0")
  private @Nullable Double scheduleFinal;

  @Option(
      names = "--warm-up",
      paramLabel = "EPOCHS",
      description = "Epochs in which the step size first rises from 0. Default: 0")
  private @Nullable Double warmUp;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random. Default: 1")
  private @Nullable Long seed;

  @Option(names = "--train-samples", paramLabel = "N", description = "Default: 6000")
  private @Nullable Integer trainSamples;

  @Option(
      names = "--train-fraction",
      paramLabel = "X",
      description = "Part of the training images to use, instead of --train-samples")
  private @Nullable Double trainFraction;

  @Option(
      names = "--validation-fraction",
      paramLabel = "X",
      description = "Part of the images held out for a validation loss. Default: 0")
  private @Nullable Double validationFraction;

  @Option(
      names = "--label-noise",
      paramLabel = "X",
      description = "Part of the labels replaced by random ones. Default: 0")
  private @Nullable Double labelNoise;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Folder with the data as the trainer sees it. Default: the trainer's own")
  private @Nullable Path dataDir;

  @Option(
      names = "--data-format",
      paramLabel = "NAME",
      description =
          "auto, idx, cifar10, cifar100, folder or embedded. Default: auto, which recognises it")
  private @Nullable String dataFormat;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Of a folder of images: the side to which they are scaled. Default: 32")
  private @Nullable Integer imageSize;

  @Option(
      names = "--probe-samples",
      paramLabel = "N",
      description = "Inputs whose activations are observed. Default: 1000")
  private @Nullable Integer probeSamples;

  @Option(
      names = "--probe-every",
      paramLabel = "N",
      description = "Observe every N-th epoch. Default: 1")
  private @Nullable Integer probeEvery;

  @Option(
      names = "--probe-layers",
      paramLabel = "LAYER",
      split = ",",
      description =
          "Layers to observe, by name (dense1) or type (dense, conv). Default: the hidden fully"
              + " connected ones")
  private List<String> probeLayers = new ArrayList<>();

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Write a checkpoint every N-th epoch, and at a stop. Default: 1")
  private @Nullable Integer checkpointEvery;

  /** Made by the command-line parser, which sets the fields. */
  SpecOptions() {}

  /**
   * The specification.
   *
   * @return what was given, the rest unset
   */
  TrainingSpec spec() {
    TrainingSpec.Builder spec =
        TrainingSpec.newBuilder()
            .setModel(modelSpec())
            .setData(dataSpec())
            .setOptimizer(optimizerSpec())
            .setProbe(probeSpec());
    Optional.ofNullable(epochs).ifPresent(spec::setEpochs);
    Optional.ofNullable(batchSize).ifPresent(spec::setBatchSize);
    Optional.ofNullable(seed).ifPresent(spec::setSeed);
    Optional.ofNullable(device).ifPresent(spec::setDevice);
    Optional.ofNullable(checkpointEvery).ifPresent(spec.getCheckpointBuilder()::setEveryEpochs);
    return spec.build();
  }

  private ModelSpec modelSpec() {
    ModelSpec.Builder spec = ModelSpec.newBuilder().addAllHiddenWidths(hidden);
    Optional.ofNullable(model).ifPresent(spec::setName);
    Optional.ofNullable(dropout).ifPresent(spec::setDropout);
    Optional.ofNullable(batchNorm).ifPresent(spec::setBatchNorm);
    Optional.ofNullable(channels).ifPresent(spec::setChannels);
    Optional.ofNullable(depth).ifPresent(spec::setDepth);
    spec.putAllSettings(modelSettings);
    return spec.build();
  }

  private DataSpec dataSpec() {
    DataSpec.Builder spec = DataSpec.newBuilder();
    Optional.ofNullable(dataDir)
        .ifPresent(directory -> spec.setDirectory(directory.toAbsolutePath().toString()));
    Optional.ofNullable(dataFormat).ifPresent(spec::setFormat);
    Optional.ofNullable(imageSize).ifPresent(spec::setImageSize);
    Optional.ofNullable(trainSamples).ifPresent(spec::setTrainSamples);
    Optional.ofNullable(trainFraction).ifPresent(spec::setTrainFraction);
    Optional.ofNullable(validationFraction).ifPresent(spec::setValidationFraction);
    Optional.ofNullable(labelNoise).ifPresent(spec::setLabelNoise);
    return spec.build();
  }

  private OptimizerSpec optimizerSpec() {
    OptimizerSpec.Builder spec = OptimizerSpec.newBuilder();
    Optional.ofNullable(optimizer).ifPresent(spec::setName);
    Optional.ofNullable(learningRate).ifPresent(spec::setLearningRate);
    Optional.ofNullable(momentum).ifPresent(spec::setMomentum);
    Optional.ofNullable(weightDecay).ifPresent(spec::setWeightDecay);
    return spec.setSchedule(scheduleSpec()).build();
  }

  private ScheduleSpec scheduleSpec() {
    ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
    Optional.ofNullable(schedule).ifPresent(spec::setName);
    Optional.ofNullable(scheduleStep).ifPresent(spec::setStepEpochs);
    Optional.ofNullable(scheduleFactor).ifPresent(spec::setFactor);
    Optional.ofNullable(scheduleFinal).ifPresent(spec::setFinalFraction);
    Optional.ofNullable(warmUp).ifPresent(spec::setWarmUpEpochs);
    return spec.build();
  }

  private ProbeSpec probeSpec() {
    ProbeSpec.Builder spec = ProbeSpec.newBuilder().addAllLayers(probeLayers);
    Optional.ofNullable(probeSamples).ifPresent(spec::setSamples);
    Optional.ofNullable(probeEvery).ifPresent(spec::setEveryEpochs);
    return spec.build();
  }
}
