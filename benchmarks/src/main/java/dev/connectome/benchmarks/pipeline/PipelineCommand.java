package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.Measuring;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.Platform;
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

/** {@code connectome bench pipeline}. */
@Command(
    name = "pipeline",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays trainers that publish snapshots, and measures how fast their signatures come.",
      "Measured in one go: what the broker delivers to a consumer that does nothing (the ceiling);"
          + " the service given all that the broker takes; and the latency at half of that load,"
          + " from the broker's acknowledgement of a snapshot's last batch until a reader of"
          + " committed records sees its signature. Every signature is then compared with the"
          + " topology library's, to the bit.",
      "Exit code 1 if a signature is wrong, missing, or there twice."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench pipeline --runs 50 --neurons 192 --samples 1000 --epochs 40 -o json",
      "  connectome bench pipeline --rate 20 --state-dir .connectome",
      "  connectome bench pipeline --runs 500 --neurons 384 --open"
    })
public final class PipelineCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "50",
      description = "Trainers to play. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--neurons",
      paramLabel = "P",
      defaultValue = "192",
      description = "Neurons of each. Default: ${DEFAULT-VALUE}")
  private int neurons;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Inputs that the neurons respond to. Default: ${DEFAULT-VALUE}")
  private int samples;

  @Option(
      names = "--epochs",
      paramLabel = "E",
      defaultValue = "40",
      description = "Snapshots that each publishes in a timed phase. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--rate",
      paramLabel = "S",
      description =
          "Publish S snapshots a second, of all trainers together, instead of measuring at full"
              + " speed and at half of it.")
  private double rate;

  @Option(
      names = "--open",
      description =
          "Measure memory instead of speed: leave a snapshot of every run open, and print what the"
              + " service holds as their number grows.")
  private boolean open;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the activations. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Measure the platform that is up on this state directory. Default: one that is started"
              + " for the purpose and removed afterwards")
  private @Nullable Path stateDir;

  @Mixin private ReportOutput output;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public PipelineCommand() {}

  @Override
  public Integer call() throws IOException {
    PipelinePlan plan = new PipelinePlan(runs, neurons, samples, epochs, rate, seed);
    Measuring measuring = new Measuring(spec);
    Path upOn = stateDir;
    return measuring.interruptibly(
        () ->
            upOn == null
                ? measuring.onOwnPlatform(
                    (platform, state) -> measureOwn(plan, platform, state, measuring))
                : measure(plan, Target.of(Endpoints.read(upOn), upOn), null, measuring));
  }

  private int measureOwn(PipelinePlan plan, Platform platform, Path state, Measuring measuring)
      throws IOException, InterruptedException {
    Target target = Target.of(platform.endpoints(), state);
    if (open) {
      return measure(plan, target, null, measuring);
    }
    measuring.say("measuring how long a connectome service takes to start ...");
    return measure(plan, target, platform.measureConnectomeStartup(), measuring);
  }

  private int measure(
      PipelinePlan plan, Target target, @Nullable Duration startToReady, Measuring measuring) {
    if (open) {
      OpenRunsReport report = new OpenRuns(target, plan, measuring::say).measure();
      output.print(spec.commandLine().getOut(), report, report::lines);
      return 0;
    }
    PipelineReport report = new PipelineBench(target, plan, measuring::say).run(startToReady);
    output.print(spec.commandLine().getOut(), report, report::lines);
    return report.isRight() ? 0 : 1;
  }
}
