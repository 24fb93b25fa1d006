package dev.connectome.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Interruption;
import dev.connectome.cli.pages.RunReport;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Directories;
import dev.connectome.platform.Installation;
import dev.connectome.platform.IoMessages;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import dev.connectome.platform.PlatformTokens;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts the platform, trains a few networks, shows how each is stopped when it has"
          + " finished learning, and stops the platform again.",
      "Each network is also trained to the end of its budget, to show what stopping saved and"
          + " what it cost."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome demo",
      "  connectome demo --data-dir ~/fashion-mnist --json out.json",
      "  connectome demo --runs 1 --epochs 40 --no-report"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int CONCURRENT_RUNS = 2;
  private static final DateTimeFormatter NAME_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec private CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Train on these images, the four IDX files of MNIST or Fashion-MNIST. Default: images"
              + " embedded in the trainer")
  private @Nullable Path dataDir;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Networks to train. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "60",
      description = "The most epochs to train each. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the summary as JSON to this file.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "connectome-report.html",
      description =
          "Write the report, the page of the runs as one file, there. Default: ${DEFAULT-VALUE}")
  private Path report;

  @Option(names = "--no-report", description = "Do not write a report.")
  private boolean noReport;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Keep the platform's state there. Default: a temporary directory, deleted after success")
  private @Nullable Path stateDir;

  @Override
  public Integer call() throws IOException {
    if (runs < 1 || runs > 100) {
      throw CommandFailure.badInput("--runs is " + runs + ": it must be 1 to 100");
    }
    if (epochs < 1) {
      throw CommandFailure.badInput("--epochs is " + epochs + ": it must be at least 1");
    }
    Interruption interruption = Interruption.ofThisThread();
    Path state = stateDir == null ? Files.createTempDirectory("connectome-demo-") : stateDir;
    boolean started = false;
    boolean succeeded = false;
    try {
      PlatformOptions options =
          new PlatformOptions(
              Installation.current(), state, dataDir, CONCURRENT_RUNS, PlatformOptions.Ports.ANY);
      ProgressView view = view();
      try (Platform platform = Platform.start(options, view::print)) {
        started = true;
        demonstrate(platform, view);
      }
      succeeded = true;
      return 0;
    } catch (InterruptedException e) {
      throw CommandFailure.interrupted();
    } catch (RuntimeException e) {
      throw interruption.requested() ? CommandFailure.interrupted() : e;
    } finally {
      if (stateDir == null) {
        discard(state, succeeded || !started || interruption.requested());
      }
    }
  }

  private void demonstrate(Platform platform, ProgressView view)
      throws InterruptedException, IOException {
    view.print("watch it in a browser, by a link that works once: " + platform.pageAddress());
    view.print("training " + runs + " networks, and each again to the end of its budget ...");
    InstantSource clock = InstantSource.system();
    Instant start = clock.instant();
    PrintWriter out = spec.commandLine().getOut();
    DemoSummary summary;
    try (ConnectomeClient client =
        ConnectomeClient.builder(platform.endpoints().controller().grpc())
            .tokenFile(PlatformTokens.owners(platform.stateDirectory()))
            .build()) {
      List<Comparison> comparisons =
          new Demo(client, view, clock).run(new DemoPlan(prefix(start), runs, epochs));
      double wallSeconds = Duration.between(start, clock.instant()).toMillis() / 1e3;
      summary = Summaries.of(comparisons, platform(wallSeconds));
      out.println();
      Summaries.table(summary).forEach(out::println);
      out.println();
      write(summary, out);
      if (!noReport) {
        report(client, comparisons, clock.instant(), out);
      }
      out.flush();
    }
    for (DemoSummary.Run run : summary.runs()) {
      if (run.state().equals("COMPLETED")) {
        out.printf(
            "%s trained all %d epochs, for it had not finished learning: give it more with --epochs%n",
            run.name(), run.budget());
        out.flush();
      } else if (!run.state().equals("STOPPED")) {
        throw CommandFailure.failed(
            "run %s ended %s after %d of %d epochs"
                .formatted(run.name(), run.state(), run.finalEpoch(), run.budget()));
      }
    }
  }

  /** Unique in a state directory that may hold the runs of earlier demonstrations. */
  private String prefix(Instant start) {
    return stateDir == null ? "demo-" : "demo-" + NAME_TIME.format(start) + "-";
  }

  private DemoSummary.Platform platform(double wallSeconds) {
    return new DemoSummary.Platform(
        spec.root().version()[0],
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        dataDir == null ? "embedded" : dataDir.toAbsolutePath().normalize().toString(),
        wallSeconds);
  }

  private void write(DemoSummary summary, PrintWriter out) {
    if (json == null) {
      return;
    }
    try {
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), summary);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write the summary: " + IoMessages.of(e), e);
    }
    out.println("summary: " + json.toAbsolutePath().normalize());
  }

  private void report(
      ConnectomeClient client, List<Comparison> comparisons, Instant time, PrintWriter out) {
    List<TrainingRun> shown =
        comparisons.stream()
            .flatMap(each -> Stream.of(each.watched().run(), each.reference().run()))
            .limit(RunReport.MOST_RUNS)
            .toList();
    RunReport.write(client, shown, time, report);
    out.println("report:  " + report.toAbsolutePath().normalize());
    if (stateDir != null) {
      out.println("page:    connectome up --state-dir " + stateDir + " opens it again");
    }
  }

  private ProgressView view() {
    PrintWriter out = spec.commandLine().getOut();
    String terminal = System.getenv().getOrDefault("TERM", "dumb");
    return System.console() != null && !terminal.equals("dumb")
        ? new TerminalView(out)
        : new PlainView(out);
  }

  private void discard(Path state, boolean delete) throws IOException {
    if (delete) {
      Directories.delete(state);
    } else {
      spec.commandLine().getErr().println("connectome: see the logs and state in " + state);
    }
  }
}
