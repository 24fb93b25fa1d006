package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.run.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While the database or the broker is away trainings go on; what was to be done is done later. */
class OutagesIT {

  @TempDir static Path directory;
  private static FaultWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = FaultWorld.startWithBroker(directory, 1, Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatTheDatabaseCouldNotTakeIsDoneWhenItIsBack(Outage outage) throws Exception {
    String prefix = outage.name().toLowerCase(Locale.ROOT).replace('_', '-');
    LiveTrainer decidedBefore = world.running(prefix + "-before", Manners.HOLDING);
    LiveTrainer decidedAfter = world.running(prefix + "-after", Manners.OBEDIENT);
    LiveTrainer goesOn = world.running(prefix + "-goes-on", Manners.OBEDIENT);
    world.settle(decidedBefore);
    await().atMost(FaultWorld.TIMEOUT).until(decidedBefore::hasStopRequest);

    outage.begin(world);
    try {
      decidedBefore.release();
      world.settle(decidedAfter);
      for (int i = 0; i < 6; i++) {
        world.train(goesOn, 10);
      }
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  world
                      .replica(0)
                      .runs()
                      .withDeadlineAfter(Duration.ofSeconds(3))
                      .stopTrainingRun(
                          StopTrainingRunRequest.newBuilder()
                              .setName("runs/%s-after".formatted(prefix))
                              .build()));
      assertThat(refusal.getStatus().getCode())
          .isIn(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
      Outage.last(Outage.length());
    } finally {
      outage.end(world);
    }

    world.awaitEnd(decidedBefore.runUid());
    world.awaitEnd(decidedAfter.runUid());
    assertThat(world.run(decidedBefore.runUid()).state()).isEqualTo(RunState.STOPPED);
    assertThat(world.run(decidedAfter.runUid()).state()).isEqualTo(RunState.STOPPED);
    assertThat(world.run(goesOn.runUid()).state()).isEqualTo(RunState.RUNNING);
    assertThat(world.wasLost(goesOn.runUid())).isFalse();
    goesOn.finish(TrainingEnd.TRAINING_END_COMPLETED);
    world.awaitEnd(goesOn.runUid());
    world.invariants().check();
  }

  @Test
  void whileTheBrokerIsAwayPeopleStopRunsAndAfterwardsPoliciesDoAgain() throws Exception {
    LiveTrainer byHand = world.running("broker-by-hand", Manners.OBEDIENT);
    LiveTrainer byPolicy = world.running("broker-by-policy", Manners.OBEDIENT);

    world.stopBroker();
    try {
      var unused =
          world
              .replica(0)
              .runs()
              .stopTrainingRun(
                  StopTrainingRunRequest.newBuilder().setName("runs/broker-by-hand").build());
      world.awaitEnd(byHand.runUid());
      Outage.last(Outage.length());
    } finally {
      world.startBroker();
    }
    world.settle(byPolicy);

    world.awaitEnd(byPolicy.runUid());
    assertThat(world.run(byPolicy.runUid()).state()).isEqualTo(RunState.STOPPED);
    assertThat(world.wasLost(byPolicy.runUid())).isFalse();
    world.invariants().check();
  }
}
