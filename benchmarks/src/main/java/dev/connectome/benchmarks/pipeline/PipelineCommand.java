package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.BenchRunner;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome bench pipeline}. */
@Command(
    name = "pipeline",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Simulates trainers that publish snapshots, and measures how fast their signatures arrive.",
      "Measured in one go: what the broker delivers to a consumer that does nothing (the ceiling);"
          + " the service at full speed; and the latency at half of that load, from the broker's"
          + " acknowledgement of a snapshot's last batch until a reader of committed records sees"
          + " its signature. Every signature is then compared with the topology library's, to the"
          + " bit.",
      "Exit code 1 if a signature is wrong, missing or duplicated."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench pipeline --runs 50 --neurons 192 --samples 1000 --epochs 40 -o json",
      "  connectome bench pipeline --rate 20 --state-dir .connectome",
      "  connectome bench pipeline --runs 500 --neurons 384 --open"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class PipelineCommand implements Callable<Integer> {
  @Option(
      names = "--runs",
      paramLabel = "R",
      defaultValue = "50",
      description = "Trainers to simulate. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--neurons",
      paramLabel = "P",
      defaultValue = "192",
      description = "Neurons of each trainer. Default: ${DEFAULT-VALUE}")
  private int neurons;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Inputs of the probe. Default: ${DEFAULT-VALUE}")
  private int samples;

  @Option(
      names = "--epochs",
      paramLabel = "E",
      defaultValue = "40",
      description =
          "Snapshots that each trainer publishes in a timed phase. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--rate",
      paramLabel = "S",
      description =
          "Publish S snapshots per second, of all trainers together, instead of measuring at full"
              + " speed and at half of it.")
  private double rate;

  @Option(
      names = "--open",
      description =
          "Measure memory instead of speed: leave a snapshot of every run incomplete, and print"
              + " what the service holds as the number of runs grows.")
  private boolean open;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Random seed of the activations. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Measure the platform that is up on this state directory. Default: a temporary platform")
  private @Nullable Path stateDir;

  @Mixin private BenchRunner runner;

  @Override
  public Integer call() throws IOException {
    PipelinePlan plan = new PipelinePlan(runs, neurons, samples, epochs, rate, seed);
    Path directory = stateDir;
    return runner.run(
        () ->
            directory == null
                ? runner.onTemporaryPlatform(
                    (platform, state) -> measureTemporary(plan, platform, state))
                : measure(plan, Target.of(Endpoints.read(directory), directory), null));
  }

  private BenchReport measureTemporary(PipelinePlan plan, Platform platform, Path state)
      throws IOException, InterruptedException {
    Target target = Target.of(platform.endpoints(), state);
    if (open) {
      return measure(plan, target, null);
    }
    runner.progress("measuring how long a connectome service takes to start ...");
    return measure(plan, target, platform.measureConnectomeStartup());
  }

  private BenchReport measure(PipelinePlan plan, Target target, @Nullable Duration startToReady) {
    return open
        ? new OpenRunsBench(target, plan, runner::progress).measure()
        : new PipelineBench(target, plan, runner::progress).run(startToReady);
  }
}
