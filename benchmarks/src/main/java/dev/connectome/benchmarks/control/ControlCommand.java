package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.BenchRunner;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.Endpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome bench control}. */
@Command(
    name = "control",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Simulates trainers that are stopped at random, and measures how fast the controller is.",
      "Every trainer has its own endpoint and gRPC connection; signatures go through the broker. A"
          + " policy or a person stops each run, and another takes its place. Measured are"
          + " decisions, from the moment a reader of committed records sees the deciding signature"
          + " until the decision is committed; stops, from then until the trainer's acknowledgement"
          + " is committed; heartbeats; and the controller's memory and processor time. Every stop"
          + " is then compared with the one that was due.",
      "Exit code 1 if a stop was lost, doubled or wrong."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench control --runs 1000 --heartbeat 5s --list 100000 -o json",
      "  connectome bench control --runs 200 --signatures-per-second 20 --state-dir .connectome"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class ControlCommand implements Callable<Integer> {
  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "1000",
      description = "Trainers to simulate at a time. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--heartbeat",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description = "Heartbeat interval of each trainer. Default: ${DEFAULT-VALUE}")
  private Duration heartbeat;

  @Option(
      names = "--signatures-per-second",
      paramLabel = "S",
      defaultValue = "100",
      description = "Of all trainers together. Default: ${DEFAULT-VALUE}")
  private double signaturesPerSecond;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "40s",
      converter = DurationConverter.class,
      description = "Period before anything is timed. Default: ${DEFAULT-VALUE}")
  private Duration warmUp;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description = "Period in which stops are timed. Default: ${DEFAULT-VALUE}")
  private Duration duration;

  @Option(
      names = "--by-person",
      paramLabel = "SHARE",
      defaultValue = "0.3",
      description =
          "Share of the runs that a person stops, not a policy. Default: ${DEFAULT-VALUE}")
  private double byPerson;

  @Option(
      names = "--list",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Insert N ended runs into the database beforehand, by SQL, and time reading the list of"
              + " runs. Not with --state-dir. Default: ${DEFAULT-VALUE}")
  private int listedRuns;

  @Option(
      names = "--history",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Insert runs that have been trained for N epochs, by SQL, and compare what a further"
              + " signature costs with those of runs of 100 epochs. Not with --state-dir. Default:"
              + " ${DEFAULT-VALUE}")
  private int historyEpochs;

  @Option(
      names = "--history-runs",
      paramLabel = "R",
      defaultValue = "10",
      description = "Runs with a history of each length. Default: ${DEFAULT-VALUE}")
  private int historyRuns;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Random seed. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Measure the platform that is up on this state directory; the simulated runs stay there,"
              + " labelled 'bench'. Default: a temporary platform")
  private @Nullable Path stateDir;

  @Mixin private BenchRunner runner;

  @Override
  public Integer call() throws IOException {
    ControlPlan plan =
        new ControlPlan(
            runs,
            heartbeat,
            signaturesPerSecond,
            warmUp,
            duration,
            byPerson,
            listedRuns,
            historyEpochs,
            historyRuns,
            seed);
    if (stateDir != null && (listedRuns > 0 || historyEpochs > 0)) {
      throw CommandFailure.badInput(
          "--list and --history insert made-up runs into the database: leave out --state-dir, so"
              + " that a temporary platform is used");
    }
    Path directory = stateDir;
    return runner.run(
        () ->
            directory == null
                ? runner.onTemporaryPlatform(
                    (platform, state) -> measure(plan, platform.endpoints(), state))
                : measure(plan, Endpoints.read(directory), directory));
  }

  private BenchReport measure(ControlPlan plan, Endpoints endpoints, Path state)
      throws IOException, InterruptedException {
    return new ControlBench(plan, endpoints, state, runner::progress).run();
  }
}
