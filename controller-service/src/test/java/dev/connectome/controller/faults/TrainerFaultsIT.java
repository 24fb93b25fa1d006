package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trainers that are out of reach, late, in error or dead, and many of them. */
class TrainerFaultsIT {

  private static final int MANY = 60;

  private static FaultWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = FaultWorld.start(TestDatabase.create(), 1, Map.of("connectome.stop-grace", "12s"));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @Test
  void howeverATrainerTakesAnOrderTheStopEnds() throws Exception {
    Map<Manners, LiveTrainer> trainers = new EnumMap<>(Manners.class);
    for (Manners manners : Manners.values()) {
      trainers.put(
          manners, world.running("takes-" + manners.name().toLowerCase(Locale.ROOT), manners));
    }
    for (LiveTrainer trainer : trainers.values()) {
      world.settle(trainer);
    }

    for (LiveTrainer trainer : trainers.values()) {
      world.awaitEnd(trainer.runUid());
    }
    trainers.forEach(
        (manners, trainer) -> {
          RunState expected =
              switch (manners) {
                case FINISHED -> RunState.COMPLETED;
                case BROKEN -> RunState.FAILED;
                default -> RunState.STOPPED;
              };
          boolean forced =
              switch (manners) {
                case STUBBORN, DYING, HOLDING, ACCEPTING -> true;
                default -> false;
              };
          assertThat(world.run(trainer.runUid()).state()).as("%s", manners).isEqualTo(expected);
          assertThat(world.kinds(trainer.runUid()).contains("STOP_ESCALATED"))
              .as("%s", manners)
              .isEqualTo(forced);
        });
    // Who was given up and still asks is given the command again, and no order to abandon its work.
    assertThat(trainers.get(Manners.STUBBORN).isFenced()).isFalse();
    world.invariants().check();
  }

  @Test
  void manyTrainersAreEachStoppedOnce() throws Exception {
    List<LiveTrainer> trainers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      trainers.add(world.train(world.create("many-" + i), Manners.OBEDIENT, world.replica(0)));
    }
    for (LiveTrainer trainer : trainers) {
      trainer.awaitRegistered();
      world.settle(trainer);
    }

    for (LiveTrainer trainer : trainers) {
      world.awaitEnd(trainer.runUid());
      assertThat(world.run(trainer.runUid()).state()).isEqualTo(RunState.STOPPED);
      assertThat(trainer.obeyed()).hasSize(1);
    }
    world.invariants().check();
  }
}
