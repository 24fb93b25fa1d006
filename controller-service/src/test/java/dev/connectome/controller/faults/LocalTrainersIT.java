package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.FaultWorld.Replica;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainers as processes of several controllers on one database: two are on one machine, one is on
 * another, each starts one trainer at a time, and no trainer ends by being asked to.
 */
class LocalTrainersIT {

  private static final String DEAF = "trap \"\" TERM; exec sleep 600";

  @TempDir static Path directory;
  private static FaultWorld world;
  private static Replica here;
  private static Replica elsewhere;

  private final List<UUID> runs = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    world =
        FaultWorld.start(
            TestDatabase.create(),
            0,
            Map.of(
                "connectome.stop-grace", "2s",
                "connectome.launch.local.command[0]", "sh",
                "connectome.launch.local.command[1]", "-c",
                "connectome.launch.local.command[2]", DEAF,
                "connectome.launch.local.directory", directory.resolve("runs").toString(),
                "connectome.launch.local.max-concurrent-runs", "1"));
    here = world.add(on("here"));
    elsewhere = world.add(on("elsewhere"));
  }

  private static Map<String, String> on(String host) {
    return Map.of("connectome.launch.local.host", host);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void controllerIsThere() throws Exception {
    restart(here);
  }

  /** Deletes the runs before their trainers are killed, so that none is tried again. */
  @AfterEach
  void leaveNothing() throws Exception {
    restart(here);
    world.invariants().check();
    for (UUID run : runs) {
      long trainer =
          Long.parseLong(Files.readAllLines(processFile(run, run(run).attempt())).get(0));
      var unused =
          here.runs()
              .deleteTrainingRun(
                  DeleteTrainingRunRequest.newBuilder()
                      .setName("runs/" + run)
                      .setForce(true)
                      .build());
      ProcessHandle.of(trainer).ifPresent(LocalTrainersIT::kill);
    }
  }

  @Test
  void aTrainerOnAnotherMachineIsLeftToTheControllerThere() throws Exception {
    UUID mine = create("mine");
    ProcessHandle trainer = process(mine, 1);
    restart(elsewhere);
    UUID theirs = create(elsewhere, "theirs");

    here.kill();
    kill(trainer);
    kill(process(theirs, 1));
    awaitAttempt(theirs, 2);
    assertThat(run(mine).state()).isEqualTo(RunState.STARTING);
    assertThat(run(mine).attempt()).isEqualTo(1);

    restart(here);
    awaitAttempt(mine, 2);
  }

  @Test
  void ofTwoOnOneMachineTheOtherTakesTheTrainersOfOneThatDied() throws Exception {
    UUID run = create("shared");
    ProcessHandle trainer = process(run, 1);
    Replica second = world.add(on("here"));
    second.awaitReady();
    assertThat(second.terminate(Duration.ofSeconds(30))).isTrue();
    assertThat(trainer.isAlive()).isTrue();
    assertThat(run(run).attempt()).isEqualTo(1);

    restart(second);
    here.kill();
    kill(trainer);

    awaitAttempt(run, 2);
    second.kill();
  }

  @Test
  void aStopWhoseControllerWasKilledIsStillForcedWhenItsTimeIsUp() throws Exception {
    UUID run = create("deaf");
    ProcessHandle trainer = process(run, 1);
    register(run);
    stop(here, run);
    here.kill();

    restart(here);

    world.awaitEnd(run);
    // Dead it is, but its parent may not have asked how it ended.
    patiently(() -> !trainer.isAlive());
    assertThat(run(run).state()).isEqualTo(RunState.STOPPED);
    assertThat(world.kinds(run)).containsOnlyOnce("STOP_ESCALATED");
  }

  @Test
  void aTrainerThatOthersHadToGiveUpIsEndedOnceItsMachineIsBack() throws Exception {
    UUID run = create("away");
    ProcessHandle trainer = process(run, 1);
    register(run);
    here.kill();
    restart(elsewhere);

    stop(elsewhere, run);
    world.sql(
        "UPDATE stop_commands SET deliver_time = now(), grace_millis = -3600000 WHERE run_uid = '%s'"
            .formatted(run));
    world.awaitEnd(run);
    assertThat(run(run).state()).isEqualTo(RunState.STOPPED);
    assertThat(trainer.isAlive()).isTrue();

    restart(here);
    patiently(() -> !trainer.isAlive());
  }

  /** Creates a run of which the trainer is here. */
  private UUID create(String runId) throws Exception {
    elsewhere.kill();
    return create(here, runId);
  }

  /** Creates a run while only one controller has room, and waits for its trainer. */
  private UUID create(Replica replica, String runId) {
    UUID run =
        UUID.fromString(
            replica
                .runs()
                .createTrainingRun(
                    CreateTrainingRunRequest.newBuilder().setTrainingRunId(runId).build())
                .getUid());
    runs.add(run);
    awaitAttempt(run, 1);
    return run;
  }

  private static void stop(Replica replica, UUID run) {
    var unused =
        replica
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + run).build());
  }

  /** Registers in the place of a process, where no order reaches it. */
  private static void register(UUID run) throws IOException {
    String instance =
        world
            .store()
            .inTransaction(transaction -> transaction.attempts().find(run, 1))
            .orElseThrow()
            .instanceId();
    try (var trainer = new SimulatedTrainer(here.channel(), run.toString(), instance)) {
      var unused = trainer.registerAt("127.0.0.1:1");
    }
  }

  private static void restart(Replica replica) throws IOException {
    replica.restart();
    replica.awaitReady();
  }

  private static Path processFile(UUID run, int attempt) {
    return directory.resolve(
        Path.of("runs", run.toString(), "attempts", Integer.toString(attempt), "trainer.pid"));
  }

  private static ProcessHandle process(UUID run, int attempt) throws IOException {
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(processFile(run, attempt)).get(0)))
        .orElseThrow();
  }

  private static RunRow run(UUID run) {
    return world.run(run);
  }

  private static void awaitAttempt(UUID run, int attempt) {
    patiently(() -> Files.exists(processFile(run, attempt)) && run(run).attempt() == attempt);
  }

  private static void kill(ProcessHandle process) {
    process.destroyForcibly();
    patiently(() -> !process.isAlive());
  }

  private static void patiently(Callable<Boolean> condition) {
    await().atMost(FaultWorld.TIMEOUT).pollInterval(Duration.ofMillis(100)).until(condition);
  }
}
