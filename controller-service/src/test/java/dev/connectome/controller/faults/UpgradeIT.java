package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.faults.FaultWorld.Replica;
import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.run.RunState;
import dev.connectome.platform.fixture.SharedPostgres;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The controller of an earlier release, of which {@code -Dconnectome.previous=} names the folder
 * with its {@code quarkus-run.jar}, beside this one on one database and one broker.
 */
@EnabledIfSystemProperty(named = "connectome.previous", matches = ".+")
class UpgradeIT {

  private static final double HIGH = 10;
  private static final double LOW = 0.5;

  @Test
  void bothReleasesWorkOnOneDatabaseAndTheEarlierComesBackWithoutTheOther() throws Exception {
    Path jar = Path.of(System.getProperty("connectome.previous")).resolve("quarkus-run.jar");
    try (FaultWorld world = FaultWorld.start(SharedPostgres.createDatabase(), 0, Map.of())) {
      Replica previous = world.add(jar, Map.of());
      previous.awaitReady();
      LiveTrainer halfway = world.running("halfway", Manners.OBEDIENT);
      train(world, halfway, HIGH, HIGH, LOW);

      Replica next = world.add(Map.of());
      next.awaitReady();
      train(world, halfway, LOW, LOW);
      awaitStopped(world, halfway.runUid());

      for (Replica registered : List.of(previous, next)) {
        for (Replica stopper : List.of(previous, next)) {
          stopByHand(world, registered, stopper);
        }
      }
      assertThat(state(previous, halfway)).isEqualTo(state(next, halfway));

      LiveTrainer later = world.running("later", Manners.OBEDIENT);
      next.kill();
      previous.kill();
      previous.restart();
      previous.awaitReady();
      world.settle(later);
      awaitStopped(world, later.runUid());

      next.restart();
      next.awaitReady();
      world.invariants().check();
    }
  }

  private static void stopByHand(FaultWorld world, Replica registered, Replica stopper)
      throws Exception {
    UUID run =
        world.create(
            "at-%d-by-%d"
                .formatted(
                    world.replicas().indexOf(registered), world.replicas().indexOf(stopper)));
    world.train(run, Manners.OBEDIENT, registered).awaitRegistered();
    var unused =
        stopper
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + run).build());
    awaitStopped(world, run);
  }

  private static void train(FaultWorld world, LiveTrainer trainer, double... distances)
      throws Exception {
    for (double distance : distances) {
      world.train(trainer, distance);
    }
  }

  private static void awaitStopped(FaultWorld world, UUID run) {
    world.awaitEnd(run);
    assertThat(world.run(run).state()).isEqualTo(RunState.STOPPED);
  }

  private static Object state(Replica replica, LiveTrainer trainer) {
    return replica
        .runs()
        .getTrainingRun(
            GetTrainingRunRequest.newBuilder().setName("runs/" + trainer.runUid()).build())
        .getState();
  }
}
