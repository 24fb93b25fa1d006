package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how training images and their labels are changed. */
final class AugmentationOptions {
  @Option(
      names = "--shift",
      paramLabel = "PIXELS",
      description = "Move each training image by up to this many pixels. Default: 0")
  private @Nullable Integer shift;

  @Option(
      names = "--flip",
      description = "Mirror each training image left to right with probability 1/2.")
  private @Nullable Boolean flip;

  @Option(
      names = "--mixup",
      paramLabel = "X",
      description =
          "Mix training images in pairs; the shares have a beta distribution with this value as"
              + " both parameters. Default: 0, for none")
  private @Nullable Double mixup;

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      description = "The share of each label that is spread over all classes. Default: 0")
  private @Nullable Double labelSmoothing;

  AugmentationSpec spec() {
    AugmentationSpec.Builder spec = AugmentationSpec.newBuilder();
    Optional.ofNullable(shift).ifPresent(spec::setShift);
    Optional.ofNullable(flip).ifPresent(spec::setFlip);
    Optional.ofNullable(mixup).ifPresent(spec::setMixup);
    Optional.ofNullable(labelSmoothing).ifPresent(spec::setLabelSmoothing);
    return spec.build();
  }
}
