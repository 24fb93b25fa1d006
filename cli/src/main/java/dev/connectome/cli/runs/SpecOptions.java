package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that describe a training; the controller fills in what is left out. */
final class SpecOptions {
  @Mixin private ModelOptions model;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, gpu or gpu:N. Default: the trainer's own")
  private @Nullable String device;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "The budget: the most epochs to train. Default: 100")
  private @Nullable Integer epochs;

  @Option(names = "--batch-size", paramLabel = "N", description = "Default: 50")
  private @Nullable Integer batchSize;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random. Default: 1")
  private @Nullable Long seed;

  @Mixin private OptimizerOptions optimizer;
  @Mixin private DataOptions data;
  @Mixin private AugmentationOptions augmentation;

  @Option(
      names = "--probe-samples",
      paramLabel = "N",
      description = "Inputs whose activations are recorded. Default: 1000")
  private @Nullable Integer probeSamples;

  @Option(
      names = "--probe-every",
      paramLabel = "N",
      description = "Record every N-th epoch. Default: 1")
  private @Nullable Integer probeEvery;

  @Option(
      names = "--probe-layers",
      paramLabel = "LAYER",
      split = ",",
      description =
          "Layers to record, by name (dense1) or type (dense, conv). Default: the hidden fully"
              + " connected layers")
  private List<String> probeLayers = new ArrayList<>();

  @Option(
      names = "--probe-max-neurons",
      paramLabel = "N",
      description = "Record a random part of the neurons if there are more. Default: 4096")
  private @Nullable Integer probeMaxNeurons;

  @Option(
      names = "--test-every",
      paramLabel = "N",
      description =
          "Evaluate on the test images after every N-th epoch; 0: only the final weights."
              + " Default: 0")
  private @Nullable Integer testEvery;

  @Option(
      names = "--prediction-changes",
      description =
          "Report how many training images are classified differently than an epoch before; takes"
              + " a third of an epoch.")
  private @Nullable Boolean predictionChanges;

  @Option(
      names = "--checkpoint-keep",
      paramLabel = "N",
      description = "The newest checkpoints to keep. Default: as many as the policies may need")
  private @Nullable Integer checkpointKeep;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Write a checkpoint every N-th epoch, and at a stop. Default: 1")
  private @Nullable Integer checkpointEvery;

  @Mixin private KeepOptions keep;

  TrainingSpec spec() {
    TrainingSpec.Builder spec =
        TrainingSpec.newBuilder()
            .setModel(model.spec())
            .setData(data.spec())
            .setOptimizer(optimizer.spec())
            .setAugmentation(augmentation.spec())
            .setProbe(probeSpec());
    Optional.ofNullable(epochs).ifPresent(spec::setEpochs);
    Optional.ofNullable(batchSize).ifPresent(spec::setBatchSize);
    Optional.ofNullable(seed).ifPresent(spec::setSeed);
    Optional.ofNullable(device).ifPresent(spec::setDevice);
    Optional.ofNullable(testEvery).ifPresent(spec::setTestEveryEpochs);
    Optional.ofNullable(predictionChanges).ifPresent(spec::setPredictionChanges);
    Optional.ofNullable(checkpointKeep).ifPresent(spec.getCheckpointBuilder()::setKeep);
    Optional.ofNullable(checkpointEvery).ifPresent(spec.getCheckpointBuilder()::setEveryEpochs);
    keep.addTo(spec);
    return spec.build();
  }

  private ProbeSpec probeSpec() {
    ProbeSpec.Builder spec = ProbeSpec.newBuilder().addAllLayers(probeLayers);
    Optional.ofNullable(probeSamples).ifPresent(spec::setSamples);
    Optional.ofNullable(probeMaxNeurons).ifPresent(spec::setMaxNeurons);
    Optional.ofNullable(probeEvery).ifPresent(spec::setEveryEpochs);
    return spec.build();
  }
}
