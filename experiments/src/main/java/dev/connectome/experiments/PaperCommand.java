package dev.connectome.experiments;

import dev.connectome.experiments.grid.Grid;
import dev.connectome.experiments.grid.ImageFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome experiment paper}. */
@Command(
    name = "paper",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Repeats the data-limited regime of the method's paper: multilayer perceptrons on a tenth of"
          + " MNIST and Fashion-MNIST, with SGD and Adam, with 0, 10, 20 and 40 %% of the labels"
          + " wrong.",
      "Each network is trained to its full length, with all images and again with a tenth held out"
          + " for a validation loss, while the rules say when they would have stopped it. Accuracy"
          + " is measured on the 10,000 test images.",
      "Starts the platform on --state-dir, or uses the one that is up there. After an interruption"
          + " run the same command again to continue: every training is kept in --state-dir, and"
          + " finished ones also in the file of --series, with which it continues anywhere."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome experiment paper --data-dir ~/images --quick",
      "  connectome experiment paper --data-dir ~/images --report report --series series.json"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class PaperCommand implements Callable<Integer> {
  /** Which part of the grid; at most one of them. */
  static final class Size {
    @Option(
        names = "--quick",
        description =
            "Only a part of the grid, in minutes: both data sets and optimisers, without noise and"
                + " with 40 %%, one seed, 30 epochs.")
    private boolean quick;

    @Option(
        names = "--extended",
        description =
            "A wider grid: also narrower, wider and deeper networks, a third and three times the"
                + " learning rate, a cosine schedule, dropout and weight decay, without noise and"
                + " with 40 %%.")
    private boolean extended;

    @Option(
        names = "--wide",
        description =
            "Another grid: a warm-up, batch normalisation, label smoothing, mixup, moved images,"
                + " uneven classes and LeNet-5, without noise and with 40 %%.")
    private boolean wide;

    Grid grid() {
      return quick ? Grid.QUICK : extended ? Grid.EXTENDED : wide ? Grid.WIDE : Grid.PAPER;
    }
  }

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = {
        "Has the folders mnist and fashion-mnist, each with its four IDX files.",
        "Training images come from DIR/subset/mnist and DIR/subset/fashion-mnist if these folders"
            + " exist; otherwise the seed chooses 6,000."
      })
  private Path dataDir;

  @ArgGroup private @Nullable Size size;

  @Mixin private ExperimentRunner experiment;

  @Override
  public Integer call() throws IOException {
    Grid grid = size == null ? Grid.PAPER : size.grid();
    return experiment.run(
        grid.settings(),
        ImageFolders.ofDataLimited(dataDir),
        grid == Grid.QUICK ? ExperimentRunner.Length.QUICK : ExperimentRunner.Length.FULL);
  }
}
