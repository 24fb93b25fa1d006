package dev.connectome.benchmarks.trainer;

import com.google.protobuf.util.Durations;
import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.harness.ProcessUsage;
import dev.connectome.benchmarks.trainer.Registry.Ended;
import dev.connectome.benchmarks.trainer.Registry.Used;
import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.LogTail;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the same training bare and with what is measured, each time in a process of its own. Which
 * comes first alternates between repetitions.
 */
final class TrainerBench {
  private final List<String> command;
  private final String kafka;
  private final @Nullable Path images;
  private final Path directory;
  private final Consumer<String> progress;

  /**
   * Prepares it.
   *
   * @param command starts a trainer
   * @param kafka bootstrap servers for the snapshots
   * @param images the folder of images; null for those embedded in the trainer
   * @param directory for checkpoints and logs
   */
  TrainerBench(
      List<String> command,
      String kafka,
      @Nullable Path images,
      Path directory,
      Consumer<String> progress) {
    this.command = command;
    this.kafka = kafka;
    this.images = images;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Measures it.
   *
   * @throws CommandFailure if a training run fails
   * @throws InterruptedException if the thread is interrupted; no trainer process is left behind
   */
  TrainerReport run(TrainerPlan plan) throws IOException, InterruptedException {
    List<Measurement> bare = new ArrayList<>();
    List<Measurement> observed = new ArrayList<>();
    try (Registry registry = new Registry()) {
      for (int repetition = 1; repetition <= plan.repetitions(); repetition++) {
        boolean observedFirst = repetition % 2 == 0;
        for (boolean observe : new boolean[] {observedFirst, !observedFirst}) {
          Measurement measurement = train(registry, plan, observe);
          (observe ? observed : bare).add(measurement);
          progress.accept(
              "repetition %d of %d, %s: %.1f ms an epoch"
                  .formatted(
                      repetition,
                      plan.repetitions(),
                      observe ? plan.addition() : "bare",
                      1e3 * measurement.secondsPerEpoch()));
        }
      }
    }
    return TrainerReport.of(Machine.current(), plan, images, bare, observed);
  }

  private Measurement train(Registry registry, TrainerPlan plan, boolean observe)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(directory, "training-");
    Path log = folder.resolve("trainer.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("CONNECTOME_CONTROLLER_ENDPOINT", registry.endpoint());
    environment.put("CONNECTOME_RUN_UID", UUID.randomUUID().toString());
    environment.put("CONNECTOME_KAFKA_BOOTSTRAP_SERVERS", kafka);
    environment.put("CONNECTOME_CHECKPOINT_DIR", folder.resolve("checkpoints").toString());
    environment.put("CONNECTOME_DATA_DIR", images == null ? "" : images.toString());
    CompletableFuture<Process> process = new CompletableFuture<>();
    Registry.Training training = registry.give(plan.spec(!observe), used(process));
    Process trainer = builder.start();
    process.complete(trainer);
    try {
      CompletableFuture.anyOf(training.end(), trainer.onExit()).get();
      Optional<Ended> end = Optional.ofNullable(training.end().getNow(null));
      if (end.isEmpty()
          || end.get().outcome().getEnd() != TrainingEnd.TRAINING_END_COMPLETED
          || !trainer.waitFor(1, TimeUnit.MINUTES)) {
        throw CommandFailure.failed("a training run failed\n" + LogTail.of(log));
      }
      return measurement(plan, end.get());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      trainer.destroyForcibly();
    }
  }

  private static Supplier<Used> used(CompletableFuture<Process> process) {
    return () -> {
      ProcessUsage usage = new ProcessUsage(process.join().toHandle());
      return new Used(usage.cpuSeconds(), usage.peakResidentBytes());
    };
  }

  private static Measurement measurement(TrainerPlan plan, Ended end) {
    double epochs = plan.epochs();
    return new Measurement(
        Durations.toNanos(end.outcome().getTrainingTime()) / 1e9 / epochs,
        Durations.toNanos(end.outcome().getProbeTime()) / 1e9 / epochs,
        Durations.toNanos(end.progress().getCheckpointTime()) / 1e9 / epochs,
        Durations.toNanos(end.progress().getPublicationTime()) / 1e9 / epochs,
        end.process().cpuSeconds(),
        end.process().peakResidentBytes(),
        end.progress().getDroppedSnapshots(),
        end.outcome().getMetricsOrDefault("trainLoss", Double.NaN));
  }

  /**
   * What one training run took; seconds are per epoch.
   *
   * @param trainingSeconds in training steps
   * @param probeSeconds in passes over the probe set
   * @param checkpointSeconds that the training waited for checkpoints
   * @param publicationSeconds for serialising and publishing, concurrently with the training
   * @param processCpuSeconds processor time of the whole process, its start included
   * @param peakResidentBytes of the process
   * @param droppedSnapshots snapshots that were not published
   * @param trainLoss of the last epoch
   */
  record Measurement(
      double trainingSeconds,
      double probeSeconds,
      double checkpointSeconds,
      double publicationSeconds,
      double processCpuSeconds,
      long peakResidentBytes,
      long droppedSnapshots,
      double trainLoss) {

    /** Everything on the training thread. */
    double secondsPerEpoch() {
      return trainingSeconds + probeSeconds + checkpointSeconds;
    }
  }
}
