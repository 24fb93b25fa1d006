package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.run.RunState;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Runs of which nothing can be recorded, since the next position of their logs is taken; every loop
 * that comes across them fails at them. They may stop nobody else's progress.
 */
final class PoisonedRuns {

  private static final int RUNS = 2;

  private final FaultWorld world;
  private final List<UUID> runs = new ArrayList<>();

  PoisonedRuns(FaultWorld world) {
    this.world = world;
  }

  /** Creates them; their trainers are lost at once, so that the controllers have work with them. */
  void create() throws Exception {
    for (int i = 0; i < RUNS; i++) {
      LiveTrainer trainer = world.running("poisoned-" + i, Manners.OBEDIENT);
      runs.add(trainer.runUid());
      world.sql(
          """
          DO $$ BEGIN
            PERFORM FROM runs WHERE uid = '%1$s' FOR UPDATE;
            INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
            SELECT uid, position + 1, 'POISON', 'test', '', state, attempt FROM runs
            WHERE uid = '%1$s';
          END $$
          """
              .formatted(trainer.runUid()));
      trainer.die();
    }
  }

  /** Finds them held back, as they must have been all the time, and deletes them. */
  void remove() {
    for (UUID run : runs) {
      var controller = world.replica(0);
      await()
          .atMost(FaultWorld.TIMEOUT)
          .until(
              () ->
                  controller
                      .runs()
                      .getTrainingRun(
                          GetTrainingRunRequest.newBuilder().setName("runs/" + run).build())
                      .getStateMessage()
                      .startsWith("quarantined"));
      assertThat(world.run(run).state()).isEqualTo(RunState.RUNNING);
      var unused =
          controller
              .runs()
              .deleteTrainingRun(
                  DeleteTrainingRunRequest.newBuilder()
                      .setName("runs/" + run)
                      .setForce(true)
                      .build());
    }
  }
}
