package dev.connectome.cli.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.platform.Endpoints;
import dev.connectome.cli.platform.Installation;
import dev.connectome.cli.platform.Interruption;
import dev.connectome.cli.platform.IoMessages;
import dev.connectome.cli.platform.Platform;
import dev.connectome.cli.platform.PlatformOptions;
import dev.connectome.cli.runs.RunsConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome experiment paper}. */
@Command(
    name = "paper",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Repeats the data-limited regime of the method's paper: multilayer perceptrons on a tenth of"
          + " MNIST and Fashion-MNIST, by SGD and Adam, with 0, 10, 20 and 40 %% of the labels"
          + " wrong.",
      "Each network is trained to the end of its length, with all images and again with a tenth"
          + " held out for a validation loss, while the rules say when they would have stopped it."
          + " The accuracy is that on the 10,000 test images.",
      "Starts the platform on --state-dir, or uses the one that is up there. When it is"
          + " interrupted, the same command goes on where it was: every training is kept there, and"
          + " those that are finished also in the file of --series, with which it goes on anywhere."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome experiment paper --data-dir ~/images --seeds 1 --epochs 30 --quick",
      "  connectome experiment paper --data-dir ~/images --report report --series series.json"
    })
public final class PaperCommand implements Callable<Integer> {
  /** Ways to print the results. */
  enum Format {
    /** For people. */
    TABLE,
    /** For programs. */
    JSON
  }

  /** Which part of the grid; one of them at most. */
  static final class Size {
    @Option(
        names = "--quick",
        description =
            "Only a part of the grid: both data sets and optimisers, without noise and with 40 %%.")
    private boolean quick;

    @Option(
        names = "--extended",
        description =
            "A wider grid: also narrower, wider and deeper networks, steps a third and three times"
                + " as long, a cosine schedule, dropout and weight decay, without noise and with"
                + " 40 %%.")
    private boolean extended;

    Grid grid() {
      return quick ? Grid.QUICK : extended ? Grid.EXTENDED : Grid.PAPER;
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = {
        "Has the folders mnist and fashion-mnist, each with its four IDX files.",
        "Training images are those of DIR/subset/mnist and DIR/subset/fashion-mnist where there are"
            + " such folders, else 6,000 that the seed chooses."
      })
  private Path dataDir;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Trainings of each setting: how many, as in 5, or those with which seeds, as in 6-10."
              + " Default: ${DEFAULT-VALUE}")
  private String seeds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "80",
      description = "Length of each training. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @ArgGroup private @Nullable Size size;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table or json. Default: ${DEFAULT-VALUE}")
  private Format format;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write a report with pictures there: index.html.")
  private @Nullable Path report;

  @Option(
      names = "--series",
      paramLabel = "FILE",
      description =
          "Keep the series of all trainings there, for 'connectome experiment choose': written anew"
              + " with each that is finished. Trainings that are there already are not done again.")
  private @Nullable Path series;

  @Option(
      names = "--finished-only",
      description =
          "Train nothing: take those trainings that are finished, also while another"
              + " 'connectome experiment' goes on.")
  private boolean finishedOnly;

  @Option(
      names = "--max-concurrent-runs",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Trainings at the same time, each on one core; only where the platform is not up yet."
              + " Default: ${DEFAULT-VALUE}")
  private int maxConcurrentRuns;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = ".connectome-experiments",
      description = "Where the trainings are kept. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public PaperCommand() {}

  @Override
  public Integer call() throws IOException {
    Seeds wanted = Seeds.parse(seeds);
    if (epochs < 2) {
      throw CommandFailure.badInput("--epochs is " + epochs + ": it must be at least 2");
    }
    ImageFolders images = new ImageFolders(dataDir);
    List<Trial> trials = (size == null ? Grid.PAPER : size.grid()).trials(wanted, epochs);
    Interruption interruption = Interruption.ofThisThread();
    Optional<Endpoints> up = Endpoints.ofRunning(stateDir);
    try {
      if (up.isPresent()) {
        say("using the platform that is up on " + stateDir);
        return run(trials, images, up.get());
      }
      PlatformOptions options =
          new PlatformOptions(
              Installation.current(), stateDir, null, maxConcurrentRuns, PlatformOptions.Ports.ANY);
      try (Platform platform = Platform.start(options, this::say)) {
        return run(trials, images, platform.endpoints());
      }
    } catch (InterruptedException e) {
      say("interrupted; the same command goes on from here");
      throw CommandFailure.interrupted();
    } catch (RuntimeException e) {
      throw interruption.requested() ? CommandFailure.interrupted() : e;
    }
  }

  private int run(List<Trial> trials, ImageFolders images, Endpoints platform)
      throws InterruptedException, IOException {
    InstantSource clock = InstantSource.system();
    Instant start = clock.instant();
    SeriesFile known = new SeriesFile(series, () -> about(start, clock.instant()));
    try (RunsConnection connection = RunsConnection.to(platform.controller().grpc())) {
      Campaign campaign =
          new Campaign(
              connection,
              images.link(stateDir.resolve("experiment-images")),
              known,
              clock,
              this::say);
      List<RecordedRun> runs = finishedOnly ? campaign.finished(trials) : campaign.run(trials);
      Race race = Race.of(runs);
      if (race.pairs().isEmpty()) {
        throw CommandFailure.failed(
            "no training is finished in both forms, with all images and with some held out:"
                + " leave out --finished-only");
      }
      PaperResults results = PaperResults.of(about(start, clock.instant()), race);
      print(results);
      write(results, race, campaign, trials);
    }
    return 0;
  }

  private void print(PaperResults results) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case TABLE -> results.lines().forEach(out::println);
      case JSON ->
          out.println(
              new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results));
    }
    out.flush();
  }

  private void write(PaperResults results, Race race, Campaign campaign, List<Trial> trials) {
    if (series != null) {
      say("series: " + series.toAbsolutePath().normalize());
    }
    try {
      if (report != null) {
        PaperReport.write(
            results,
            race.pairs(),
            (setting, seed) -> campaign.signatures(trial(trials, setting, seed)),
            Files.createDirectories(report));
        say("report: " + report.resolve("index.html").toAbsolutePath().normalize());
      }
    } catch (IOException e) {
      throw CommandFailure.failed("the results cannot be written: " + IoMessages.of(e), e);
    }
  }

  private static Trial trial(List<Trial> trials, String setting, int seed) {
    return trials.stream()
        .filter(trial -> !trial.heldOut() && trial.seed() == seed)
        .filter(trial -> trial.setting().id().equals(setting))
        .findFirst()
        .orElseThrow();
  }

  private PaperResults.About about(Instant start, Instant end) {
    return new PaperResults.About(
        "connectome " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs()),
        spec.root().version()[0],
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        start.toString(),
        Duration.between(start, end).toSeconds());
  }

  /**
   * Where the results go to standard output for a program, everything else keeps out of the way.
   */
  private void say(String line) {
    PrintWriter out =
        format == Format.JSON ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
