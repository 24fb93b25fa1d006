package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Interruption;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.experiments.grid.ImageFolders;
import dev.connectome.experiments.grid.Seeds;
import dev.connectome.experiments.grid.Setting;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.experiments.race.HtmlReport;
import dev.connectome.experiments.race.Race;
import dev.connectome.experiments.race.Results;
import dev.connectome.experiments.recording.Provenance;
import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.SeriesFile;
import dev.connectome.experiments.recording.TrialRunner;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.Installation;
import dev.connectome.platform.IoMessages;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import dev.connectome.platform.PlatformTokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the training experiments share, as a mixin: options, the platform, and the results. */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
final class ExperimentRunner {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "Trainings of each setting: how many, as in 5, or which seeds, as in 6-10. Default: 5; 1"
              + " for a quick experiment")
  private @Nullable String seeds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Length of each training. Default: 80; 30 for a quick experiment")
  private @Nullable Integer epochs;

  @Mixin private ReportOutput output;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write a report with charts to DIR/index.html.")
  private @Nullable Path report;

  @Option(
      names = "--series",
      paramLabel = "FILE",
      description =
          "Record the series of all trainings there, for 'connectome experiment choose', each as"
              + " soon as it is finished. Trainings recorded there already are not trained again.")
  private @Nullable Path series;

  @Option(
      names = "--finished-only",
      description =
          "Train nothing: use the finished trainings, even while another 'connectome experiment' is"
              + " running.")
  private boolean finishedOnly;

  @Option(
      names = "--max-concurrent-runs",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Trainings at the same time, each on one core; ignored if the platform is up already."
              + " Default: ${DEFAULT-VALUE}")
  private int maxConcurrentRuns;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = ".connectome-experiments",
      description = "State directory of the platform. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  /** How much an experiment trains of each setting unless it is told. */
  record Length(String seeds, int epochs) {
    static final Length FULL = new Length("5", 80);

    /** Some minutes for a part of the grid. */
    static final Length QUICK = new Length("1", 30);
  }

  /** Trains, compares and reports; returns the exit code. */
  int run(List<? extends Setting> settings, ImageFolders images) throws IOException {
    return run(settings, images, Length.FULL);
  }

  /** The same, with a length unless another was asked for. */
  int run(List<? extends Setting> settings, ImageFolders images, Length standard)
      throws IOException {
    Seeds wanted = Seeds.parse(seeds == null ? standard.seeds() : seeds);
    int length = epochs == null ? standard.epochs() : epochs;
    if (length < 2) {
      throw CommandFailure.badInput("--epochs is " + length + ": it must be at least 2");
    }
    List<Trial> trials = Trial.of(settings, wanted, length);
    Interruption interruption = Interruption.ofThisThread();
    Optional<Endpoints> up = Endpoints.findRunning(stateDir);
    try {
      if (up.isPresent()) {
        message("using the platform that is up on " + stateDir);
        return run(trials, images, up.get());
      }
      PlatformOptions options =
          new PlatformOptions(
              Installation.current(), stateDir, null, maxConcurrentRuns, PlatformOptions.Ports.ANY);
      try (Platform platform = Platform.start(options, this::message)) {
        return run(trials, images, platform.endpoints());
      }
    } catch (InterruptedException e) {
      message("interrupted; run the same command again to continue");
      throw CommandFailure.interrupted();
    } catch (RuntimeException e) {
      throw interruption.requested() ? CommandFailure.interrupted() : e;
    }
  }

  private int run(List<Trial> trials, ImageFolders images, Endpoints platform)
      throws InterruptedException, IOException {
    InstantSource clock = InstantSource.system();
    Instant start = clock.instant();
    SeriesFile recorded = new SeriesFile(series, () -> provenance(start, clock.instant()));
    try (ConnectomeClient connection =
        ConnectomeClient.builder(platform.controller().grpc())
            .tokenFile(PlatformTokens.owners(stateDir))
            .build()) {
      TrialRunner runner =
          new TrialRunner(
              connection,
              images.link(stateDir.resolve("experiment-images")),
              recorded,
              clock,
              this::message);
      List<RecordedRun> runs = finishedOnly ? runner.finished(trials) : runner.run(trials);
      Race race = Race.of(runs);
      if (race.pairs().isEmpty()) {
        throw CommandFailure.failed(
            "no training is finished both with all images and with some held out: leave out"
                + " --finished-only");
      }
      Results results = Results.of(provenance(start, clock.instant()), race);
      output.print(spec.commandLine().getOut(), results, results::lines);
      write(results, race, runner, trials);
    }
    return 0;
  }

  private void write(Results results, Race race, TrialRunner runner, List<Trial> trials) {
    if (series != null) {
      message("series: " + series.toAbsolutePath().normalize());
    }
    try {
      if (report != null) {
        HtmlReport.write(
            results,
            race.pairs(),
            (setting, seed) -> runner.signatures(trial(trials, setting, seed)),
            Files.createDirectories(report));
        message("report: " + report.resolve("index.html").toAbsolutePath().normalize());
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

  private Provenance provenance(Instant start, Instant end) {
    return new Provenance(
        "connectome " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs()),
        spec.root().version()[0],
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        start.toString(),
        Duration.between(start, end).toSeconds());
  }

  /** Prints a message, on standard error if the results on standard output are for a program. */
  private void message(String line) {
    PrintWriter out =
        output.isForPrograms() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
