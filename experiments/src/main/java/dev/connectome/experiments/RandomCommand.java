package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.experiments.grid.DrawnSetting;
import dev.connectome.experiments.grid.ImageFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome experiment random}. */
@Command(
    name = "random",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares the rules on settings drawn at random, which no rule was chosen on: data, network,"
          + " optimiser, learning rate, batch size, number of images, wrong labels, dropout, weight"
          + " decay, schedule and warm-up.",
      "The draw depends on --draw alone. Trainings, rules, report and continuing after an"
          + " interruption are as in 'connectome experiment paper'."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  connectome experiment random --data-dir ~/images --settings 120 --seeds 1 --epochs 40"
            + " --series random.json")
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class RandomCommand implements Callable<Integer> {
  private static final int MOST_SETTINGS = 999;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = "As in 'connectome experiment paper'.")
  private Path dataDir;

  @Option(
      names = "--settings",
      paramLabel = "N",
      defaultValue = "120",
      description = "How many settings to draw. Default: ${DEFAULT-VALUE}")
  private int settings;

  @Option(
      names = "--draw",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Random seed of the draw. Default: ${DEFAULT-VALUE}")
  private int draw;

  @Option(
      names = "--wide",
      description =
          "Change most of the settings of the draw further: mixup, label smoothing, moved images or"
              + " uneven classes.")
  private boolean wide;

  @Mixin private ExperimentRunner experiment;

  @Override
  public Integer call() throws IOException {
    if (settings < 1 || settings > MOST_SETTINGS) {
      throw CommandFailure.badInput(
          "--settings is %d: it must be 1 to %d".formatted(settings, MOST_SETTINGS));
    }
    if (draw < 0) {
      throw CommandFailure.badInput("--draw is %d: it must be 0 or more".formatted(draw));
    }
    return experiment.run(
        wide ? DrawnSetting.drawWide(draw, settings) : DrawnSetting.draw(draw, settings),
        ImageFolders.ofDataLimited(dataDir));
  }
}
