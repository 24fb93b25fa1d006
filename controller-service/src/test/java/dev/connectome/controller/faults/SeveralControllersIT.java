package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two controllers on one database and one broker share the work, and one does it alone. */
class SeveralControllersIT {

  private static final int RUNS = 24;

  private FaultWorld world;

  @BeforeEach
  void start() throws Exception {
    world = FaultWorld.start(TestDatabase.create(), 2, Map.of("connectome.stop-grace", "4s"));
  }

  @AfterEach
  void stop() throws Exception {
    world.close();
  }

  @Test
  void eachStopIsDoneOnceThoughBothSeeIt() throws Exception {
    List<LiveTrainer> trainers = runs();
    for (LiveTrainer trainer : trainers) {
      world.settle(trainer);
      for (FaultWorld.Replica replica : world.replicas()) {
        var unused =
            replica
                .runs()
                .stopTrainingRun(
                    StopTrainingRunRequest.newBuilder()
                        .setName("runs/" + trainer.runUid())
                        .build());
      }
    }

    allStopped(trainers);
  }

  @Test
  void theWorkOfOneThatDiesIsDoneByTheOther() throws Exception {
    List<LiveTrainer> trainers = runs();
    for (LiveTrainer trainer : trainers.subList(0, RUNS / 2)) {
      world.settle(trainer);
    }
    world.replica(1).kill();
    for (LiveTrainer trainer : trainers.subList(RUNS / 2, RUNS)) {
      world.settle(trainer);
    }

    for (LiveTrainer trainer : trainers) {
      world.awaitEnd(trainer.runUid());
    }
    world.replica(1).restart();
    world.replica(1).awaitReady();
    allStopped(trainers);
    assertThat(world.replica(1).terminate(Duration.ofSeconds(30))).isTrue();
  }

  private List<LiveTrainer> runs() throws Exception {
    List<LiveTrainer> trainers = new ArrayList<>();
    Manners[] manners = {Manners.OBEDIENT, Manners.UNREACHABLE, Manners.REPEATING};
    for (int i = 0; i < RUNS; i++) {
      trainers.add(
          world.train(
              world.create("shared-" + i), manners[i % manners.length], world.replica(i % 2)));
    }
    for (LiveTrainer trainer : trainers) {
      trainer.awaitRegistered();
    }
    return trainers;
  }

  private void allStopped(List<LiveTrainer> trainers) {
    for (LiveTrainer trainer : trainers) {
      world.awaitEnd(trainer.runUid());
      assertThat(world.run(trainer.runUid()).state()).isEqualTo(RunState.STOPPED);
    }
    world.invariants().check();
  }
}
