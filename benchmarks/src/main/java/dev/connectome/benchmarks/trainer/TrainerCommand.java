package dev.connectome.benchmarks.trainer;

import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.BenchRunner;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome bench trainer}. */
@Command(
    name = "trainer",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures what observing costs a training run: the same training in a process of its own,"
          + " alternately as it is, and with a snapshot published and a checkpoint written after"
          + " every epoch; or, with --average, what an average of the weights costs it.",
      "Uses a temporary platform, of which only the broker and an idle database are up while"
          + " anything is measured.",
      "Exit code 1 if the training runs do not end with the same loss, to the bit, or a snapshot"
          + " was not published."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome bench trainer",
      "  connectome bench trainer --average",
      "  connectome bench trainer --model vgg --epochs 3 --repetitions 3 -o json"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class TrainerCommand implements Callable<Integer> {
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
      description = "Epochs of each training run. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "5",
      description = "Training runs each way. Default: ${DEFAULT-VALUE}")
  private int repetitions;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Folder with the data. Default: the digits embedded in the trainer")
  private @Nullable Path dataDir;

  @Option(
      names = "--with-services",
      description =
          "Keep the controller and the connectome service up, so that signatures are computed on"
              + " the same processors. By default they are assumed to be on other machines, as on a"
              + " cluster.")
  private boolean withServices;

  @Option(
      names = "--average",
      description =
          "Measure instead the training with an average of its weights, which is updated after"
              + " every step")
  private boolean average;

  @Mixin private BenchRunner runner;

  @Override
  public Integer call() throws IOException {
    TrainerPlan plan =
        new TrainerPlan(model, images, samples, epochs, repetitions, withServices, average);
    if (dataDir != null && !Files.isDirectory(dataDir)) {
      throw CommandFailure.badInput("--data-dir " + dataDir + " is not a folder");
    }
    Path images = dataDir == null ? null : dataDir.toAbsolutePath();
    return runner.run(
        () ->
            runner.onTemporaryPlatform(
                (platform, state) -> measure(plan, images, platform, state)));
  }

  private BenchReport measure(
      TrainerPlan plan, @Nullable Path images, Platform platform, Path state)
      throws IOException, InterruptedException {
    if (!plan.services()) {
      platform.stopServices();
    }
    return new TrainerBench(
            Installation.current().trainerCommand(state),
            platform.endpoints().kafka().bootstrapServers(),
            images,
            Files.createDirectories(state.resolve("bench-trainings")),
            runner::progress)
        .run(plan);
  }
}
