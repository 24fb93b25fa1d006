package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.experiments.grid.ArchitectureLimitedSetting;
import dev.connectome.experiments.grid.Cifar;
import dev.connectome.experiments.grid.ImageFolders;
import dev.connectome.experiments.grid.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome experiment architecture}. */
@Command(
    name = "architecture",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Repeats the architecture-limited regime of the method's paper: a convolutional network that"
          + " is small for its data, all images of CIFAR-10 or CIFAR-100, with SGD and Adam.",
      "Trainings, rules, report and continuing after an interruption are as in 'connectome"
          + " experiment paper'. Without a GPU an epoch of all images takes minutes:"
          + " --train-samples takes fewer."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome experiment architecture --data-dir ~/cifar --seeds 1 --series cifar.json",
      "  connectome experiment architecture --data-dir ~/cifar --seeds 1 --epochs 20"
          + " --train-samples 5000"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class ArchitectureCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description =
          "Has the folder cifar-10-batches-bin, or cifar-100-binary, or both: the unpacked binary"
              + " versions. Every data set found is trained.")
  private Path dataDir;

  @Option(
      names = "--train-samples",
      paramLabel = "N",
      defaultValue = "0",
      description = "Training images, chosen by the seed; 0 for all. Default: ${DEFAULT-VALUE}")
  private int trainSamples;

  @Mixin private ExperimentRunner experiment;

  @Override
  public Integer call() throws IOException {
    if (trainSamples < 0) {
      throw CommandFailure.badInput(
          "--train-samples is " + trainSamples + ": it must be 0 (all images) or more");
    }
    ImageFolders images = ImageFolders.ofCifar(dataDir);
    List<Setting> settings = new ArrayList<>();
    for (Cifar dataSet : Cifar.values()) {
      if (images.has(dataSet.folder())) {
        for (String optimizer : Setting.OPTIMIZERS) {
          settings.add(new ArchitectureLimitedSetting(dataSet, optimizer, trainSamples));
        }
      }
    }
    return experiment.run(settings, images);
  }
}
