package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.ModelSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe the network; the trainer has the defaults. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "mlp, lenet5, vgg, resnet, or, with a dot, the name of a network in a jar that the"
              + " trainer was given. Default: mlp")
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
          "vgg and resnet: channels of the first convolutions. Default: 32 for vgg, 16 for resnet")
  private @Nullable Integer channels;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "resnet: layers, 8, 14, 20, .. 110. Default: 8")
  private @Nullable Integer depth;

  @Option(
      names = "--model-setting",
      paramLabel = "NAME=VALUE",
      description = "A setting of a network in a jar; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--dropout", paramLabel = "P", description = "0 <= P < 1. Default: 0")
  private @Nullable Double dropout;

  @Option(names = "--batch-norm", description = "Use batch normalisation in the hidden layers.")
  private @Nullable Boolean batchNorm;

  ModelSpec spec() {
    ModelSpec.Builder spec =
        ModelSpec.newBuilder().addAllHiddenWidths(hidden).putAllSettings(settings);
    Optional.ofNullable(model).ifPresent(spec::setName);
    Optional.ofNullable(dropout).ifPresent(spec::setDropout);
    Optional.ofNullable(batchNorm).ifPresent(spec::setBatchNorm);
    Optional.ofNullable(channels).ifPresent(spec::setChannels);
    Optional.ofNullable(depth).ifPresent(spec::setDepth);
    return spec.build();
  }
}
