package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Interruption;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.Installation;
import dev.connectome.platform.IoMessages;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
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

/**
 * What all experiments have in common: how many trainings of each setting and how long, on which
 * platform, and what becomes of the results.
 */
final class Experiment {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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

  @Mixin private ReportOutput output;

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
  Experiment() {}

  /**
   * Trains, compares and reports.
   *
   * @param settings what to train
   * @param images what with
   * @return the exit code
   * @throws IOException if the folders of images cannot be made
   */
  int run(List<? extends Setting> settings, ImageFolders images) throws IOException {
    Seeds wanted = Seeds.parse(seeds);
    if (epochs < 2) {
      throw CommandFailure.badInput("--epochs is " + epochs + ": it must be at least 2");
    }
    List<Trial> trials = Trial.of(settings, wanted, epochs);
    Interruption interruption = Interruption.ofThisThread();
    Optional<Endpoints> up = Endpoints.findRunning(stateDir);
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
    try (ConnectomeClient connection = ConnectomeClient.to(platform.controller().grpc())) {
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
      Results results = Results.of(about(start, clock.instant()), race);
      output.print(spec.commandLine().getOut(), results, results::lines);
      write(results, race, campaign, trials);
    }
    return 0;
  }

  private void write(Results results, Race race, Campaign campaign, List<Trial> trials) {
    if (series != null) {
      say("series: " + series.toAbsolutePath().normalize());
    }
    try {
      if (report != null) {
        Report.write(
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

  private Results.About about(Instant start, Instant end) {
    return new Results.About(
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
        output.isForPrograms() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
