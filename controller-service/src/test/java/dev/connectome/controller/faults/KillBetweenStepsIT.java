package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.FaultPoint.Moment;
import dev.connectome.controller.faults.FaultPoint.Step;
import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A controller that is killed at any step of a stop leaves nothing that the next does not finish.
 */
class KillBetweenStepsIT {

  private static FaultWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = FaultWorld.start(TestDatabase.create(), 1, Map.of());
    FaultPoint.install(world.database());
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void controllerIsThere() throws Exception {
    restart();
  }

  static Stream<Arguments> steps() {
    return Stream.of(Step.values())
        .flatMap(step -> Stream.of(Moment.values()).map(moment -> Arguments.of(step, moment)));
  }

  @ParameterizedTest(name = "{1} {0}")
  @MethodSource("steps")
  void whatAKilledControllerBeganIsFinishedByTheNext(Step step, Moment moment) throws Exception {
    boolean force = step == Step.ESCALATED;
    LiveTrainer trainer =
        world.running("at-%s-%s".formatted(step, moment).toLowerCase(Locale.ROOT), manners(step));
    try (FaultPoint point = FaultPoint.arm(world.database(), step, moment, trainer.runUid())) {
      world.settle(trainer);
      if (force) {
        await()
            .atMost(FaultWorld.TIMEOUT)
            .until(() -> world.kinds(trainer.runUid()).contains("STOP_ACKNOWLEDGED"));
        makeOverdue(trainer.runUid());
      }
      point.awaitReached();

      world.replica(0).kill();
      point.controllerIsDead();
    }
    trainer.release();
    endLeases(trainer.runUid());
    restart();

    world.awaitEnd(trainer.runUid());
    assertThat(world.run(trainer.runUid()).state()).isEqualTo(RunState.STOPPED);
    assertThat(world.kinds(trainer.runUid())).containsOnlyOnce("DECIDED");
    assertThat(world.kinds(trainer.runUid()).contains("STOP_ESCALATED")).isEqualTo(force);
    world.invariants().check();
  }

  /** A trainer that reported its end at once might do so before its acknowledgement was stored. */
  private static Manners manners(Step step) {
    return switch (step) {
      case ESCALATED -> Manners.STUBBORN;
      case ACKNOWLEDGED -> Manners.ACCEPTING;
      default -> Manners.OBEDIENT;
    };
  }

  @Test
  void anOrderWhoseAnswerNobodyLivedToHearIsGivenAgain() throws Exception {
    LiveTrainer trainer = world.running("pushed", Manners.HOLDING);
    world.settle(trainer);
    await().atMost(FaultWorld.TIMEOUT).until(trainer::hasStopRequest);

    world.replica(0).kill();
    trainer.release();
    restart();

    world.awaitEnd(trainer.runUid());
    assertThat(world.run(trainer.runUid()).state()).isEqualTo(RunState.STOPPED);
    world.invariants().check();
  }

  private static void restart() throws Exception {
    world.replica(0).restart();
    world.replica(0).awaitReady();
  }

  private static void makeOverdue(UUID runUid) throws Exception {
    world.sql("UPDATE stop_commands SET grace_millis = 0 WHERE run_uid = '%s'".formatted(runUid));
  }

  /** What the dead controller had leased would be free in 20 s at the latest. */
  private static void endLeases(UUID runUid) throws Exception {
    world.sql(
        "UPDATE stop_commands SET lease_until = now() WHERE run_uid = '%s'".formatted(runUid));
  }
}
