package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which weights a run keeps. */
final class KeepOptions {
  @Option(
      names = "--keep",
      paramLabel = "WEIGHTS",
      description =
          "The weights to keep at the end: epoch (the last ones), best (those of the best epoch) or"
              + " average (a moving average over the steps). Default: average under the default policy,"
              + " best with a policy that has restore-best, else epoch")
  private @Nullable String keep;

  @Option(
      names = "--average-epochs",
      paramLabel = "X",
      description = "average: its time constant in epochs. Default: 1")
  private @Nullable Double averageEpochs;

  @Option(
      names = "--best-metric",
      paramLabel = "NAME",
      description =
          "best: the metric that an epoch is the best by, for instance validationAccuracy; with"
              + " average, the average at the best epoch is kept. Default: validationLoss")
  private @Nullable String bestMetric;

  void addTo(TrainingSpec.Builder spec) {
    Optional.ofNullable(keep)
        .map(name -> EnumNames.parse("--keep", KeptWeights.getDescriptor(), name))
        .ifPresent(spec::setKeepValue);
    Optional.ofNullable(averageEpochs).ifPresent(spec::setAverageEpochs);
    Optional.ofNullable(bestMetric).ifPresent(name -> spec.getBestBuilder().setMetric(name));
  }
}
