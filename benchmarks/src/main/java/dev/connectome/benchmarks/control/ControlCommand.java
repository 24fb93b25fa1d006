package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.BenchRunner;
import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.platform.Endpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome bench control}. */
@Command(
    name = "control",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays trainers that live, learn and are stopped, and measures how fast the controller is.",
      "Every trainer has an endpoint and a connection of its own, over real gRPC; their signatures"
          + " go through the broker. Runs are stopped at random, by their policy or by a person,"
          + " and others take their place. Measured are decisions, from the moment at which a"
          + " reader of committed records sees the signature that decides until the decision is"
          + " committed; stops, from there until the trainer's acknowledgement is committed;"
          + " heartbeats; and the controller's memory and processor time. Every stop is then"
          + " compared with the one that was due.",
      "Exit code 1 if a stop was lost, doubled or wrong."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench control --runs 1000 --heartbeat 5s --list 100000 -o json",
      "  connectome bench control --runs 200 --signatures-per-second 20 --state-dir .connectome"
    })
public final class ControlCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "1000",
      description = "Trainers to play at a time. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--heartbeat",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description = "Time between two heartbeats of a trainer. Default: ${DEFAULT-VALUE}")
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
      description = "For how long nothing is timed. Default: ${DEFAULT-VALUE}")
  private Duration warmUp;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description = "For how long stops are timed. Default: ${DEFAULT-VALUE}")
  private Duration duration;

  @Option(
      names = "--by-person",
      paramLabel = "SHARE",
      defaultValue = "0.3",
      description =
          "Share of the runs that a person stops rather than a policy. Default: ${DEFAULT-VALUE}")
  private double byPerson;

  @Option(
      names = "--list",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Put N ended runs into the database beforehand, by SQL, and time the pages of lists of"
              + " them. Not with --state-dir. Default: ${DEFAULT-VALUE}")
  private int listedRuns;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of everything random. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Measure the platform that is up on this state directory; the runs that are played stay"
              + " there, labelled 'bench'. Default: one that is started for the purpose and removed"
              + " afterwards")
  private @Nullable Path stateDir;

  @Mixin private ReportOutput output;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ControlCommand() {}

  @Override
  public Integer call() throws IOException {
    ControlPlan plan =
        new ControlPlan(
            runs, heartbeat, signaturesPerSecond, warmUp, duration, byPerson, listedRuns, seed);
    if (stateDir != null && listedRuns > 0) {
      throw CommandFailure.badInput(
          "--list puts made-up runs into a database: leave out --state-dir, so that a platform is"
              + " started for the purpose");
    }
    BenchRunner measuring = new BenchRunner(spec);
    Path upOn = stateDir;
    return measuring.interruptibly(
        () ->
            upOn == null
                ? measuring.onOwnPlatform(
                    (platform, state) -> measure(plan, platform.endpoints(), state, measuring))
                : measure(plan, Endpoints.read(upOn), upOn, measuring));
  }

  private int measure(ControlPlan plan, Endpoints endpoints, Path state, BenchRunner measuring)
      throws IOException, InterruptedException {
    ControlReport report = new ControlBench(plan, endpoints, state, measuring::say).run();
    output.print(spec.commandLine().getOut(), report, report::lines);
    return report.isRight() ? 0 : 1;
  }
}
