package dev.connectome.benchmarks.trainer;

import dev.connectome.benchmarks.harness.BenchRunner;
import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome bench trainer}. */
@Command(
    name = "trainer",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures what it costs a training to be observed: the same training in a process of its own,"
          + " by turns as it is, and with a snapshot published and a checkpoint written after every"
          + " epoch.",
      "A platform is started for the purpose and removed afterwards; but for its broker, and a"
          + " database with nothing to do, it is stopped before anything is measured.",
      "Exit code 1 if the trainings do not end with the same loss, to the bit, or a snapshot was"
          + " not published."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench trainer",
      "  connectome bench trainer --model vgg --epochs 3 --repetitions 3 -o json"
    })
public final class TrainerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "mlp",
      description =
          "mlp (hidden layers of 128 and 64) or vgg (32, 64 and 128 channels, then 256 and 128)."
              + " Default: ${DEFAULT-VALUE}")
  private String model;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "6000",
      description = "Training images. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Inputs of the probe. Default: ${DEFAULT-VALUE}")
  private int samples;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Of each training. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "5",
      description = "Trainings in either way. Default: ${DEFAULT-VALUE}")
  private int repetitions;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Folder with the data. Default: the digits embedded in the trainer")
  private @Nullable Path dataDir;

  @Option(
      names = "--with-services",
      description =
          "Keep the controller and the connectome service up, which computes the signatures of the"
              + " snapshots meanwhile on the same processors. Without it they are taken to be on"
              + " other machines, as on a cluster.")
  private boolean withServices;

  @Mixin private ReportOutput output;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public TrainerCommand() {}

  @Override
  public Integer call() throws IOException {
    TrainerPlan plan = new TrainerPlan(model, images, samples, epochs, repetitions, withServices);
    if (dataDir != null && !Files.isDirectory(dataDir)) {
      throw CommandFailure.badInput("--data-dir " + dataDir + " is no folder");
    }
    BenchRunner measuring = new BenchRunner(spec);
    return measuring.interruptibly(
        () ->
            measuring.onOwnPlatform(
                (platform, state) -> measure(plan, platform, state, measuring)));
  }

  private int measure(TrainerPlan plan, Platform platform, Path state, BenchRunner measuring)
      throws IOException, InterruptedException {
    if (!plan.services()) {
      platform.stopServices();
    }
    TrainerReport report =
        new TrainerBench(
                Installation.current().trainerCommand(),
                platform.endpoints().kafka().bootstrapServers(),
                dataDir == null ? null : dataDir.toAbsolutePath(),
                Files.createDirectories(state.resolve("bench-trainings")),
                measuring::say)
            .run(plan);
    output.print(spec.commandLine().getOut(), report, report::lines);
    return report.isRight() ? 0 : 1;
  }
}
