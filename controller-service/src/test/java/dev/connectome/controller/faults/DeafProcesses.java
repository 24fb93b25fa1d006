package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Runs whose trainers are processes of the controllers, which share their machine. They neither
 * register nor end by being asked; what is wanted of them changes all the time, and none of them
 * may outlive it.
 */
final class DeafProcesses {

  private static final int RUNS = 4;

  private final FaultWorld world;
  private final Path directory;
  private final List<UUID> runs = new ArrayList<>();

  /** Every process that has been seen, by the file that names it. */
  private final Map<Path, ProcessHandle> seen = new HashMap<>();

  DeafProcesses(FaultWorld world, Path directory) {
    this.world = world;
    this.directory = directory;
  }

  /** The settings of controllers that start such trainers. */
  static Map<String, String> settings(Path directory) {
    return Map.of(
        "connectome.launch.local.command[0]", "sh",
        "connectome.launch.local.command[1]", "-c",
        "connectome.launch.local.command[2]", "trap \"\" TERM; exec sleep 3600",
        "connectome.launch.local.directory", directory.toString(),
        "connectome.launch.local.host", "here",
        "connectome.launch.local.max-concurrent-runs", Integer.toString(RUNS));
  }

  void create() {
    for (int i = 0; i < RUNS; i++) {
      runs.add(
          UUID.fromString(
              world
                  .replica(0)
                  .runs()
                  .createTrainingRun(
                      CreateTrainingRunRequest.newBuilder().setTrainingRunId("deaf-" + i).build())
                  .getUid()));
    }
  }

  /** Stops, resumes or deletes a run, or kills its process. */
  void disturb(Random random, TrainingRunServiceBlockingStub controller) {
    UUID run = runs.get(random.nextInt(RUNS));
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> stop(controller, run);
      case 3, 4, 5 -> {
        var unused =
            controller.resumeTrainingRun(
                ResumeTrainingRunRequest.newBuilder().setName("runs/" + run).build());
      }
      case 6 ->
          seen.entrySet().stream()
              .filter(process -> process.getKey().startsWith(directory.resolve(run.toString())))
              .forEach(process -> process.getValue().destroyForcibly());
      default -> {
        if (random.nextInt(4) == 0) {
          var unused =
              controller.deleteTrainingRun(
                  DeleteTrainingRunRequest.newBuilder()
                      .setName("runs/" + run)
                      .setForce(true)
                      .build());
        }
      }
    }
  }

  private static void stop(TrainingRunServiceBlockingStub controller, UUID run) {
    var unused =
        controller.stopTrainingRun(
            StopTrainingRunRequest.newBuilder().setName("runs/" + run).build());
  }

  /** Remembers the processes that are there. */
  void look() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (UUID run : runs) {
      for (int attempt = 1; attempt <= newestAttempt(run); attempt++) {
        Path file =
            directory.resolve(
                Path.of(run.toString(), "attempts", Integer.toString(attempt), "trainer.pid"));
        if (!seen.containsKey(file)) {
          process(file).ifPresent(process -> seen.put(file, process));
        }
      }
    }
  }

  private int newestAttempt(UUID run) {
    return find(run).map(RunRow::attempt).orElse(0);
  }

  /** Empty while the file is not there or not written yet. */
  private static Optional<ProcessHandle> process(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty()
          ? Optional.empty()
          : ProcessHandle.of(Long.parseLong(lines.get(0).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Stops all of them; then no process of any is left. */
  void comeToRest() throws IOException {
    for (UUID run : runs) {
      if (find(run).filter(row -> !row.state().isEnd()).isPresent()) {
        stop(world.replica(0).runs(), run);
        world.awaitEnd(run);
      }
    }
    look();
    assertThat(seen).as("processes of the simulation").isNotEmpty();
    await()
        .alias("end of every process that is not wanted")
        .atMost(FaultWorld.TIMEOUT)
        .until(() -> seen.values().stream().noneMatch(ProcessHandle::isAlive));
  }

  private Optional<RunRow> find(UUID run) {
    return world.store().inTransaction(transaction -> transaction.runs().find(run));
  }
}
