package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.faults.LiveTrainer.Manners;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.RunState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the database's clock counts, however far the controller's is from it. */
class ClockSkewIT {

  @ParameterizedTest
  @ValueSource(strings = {"PT3H", "PT-3H"})
  void aDatabaseInAnotherTimeLosesAndHurriesNobody(Duration ahead) throws Exception {
    try (FaultWorld world =
        FaultWorld.start(
            TestDatabase.createWithClock(ahead),
            1,
            Map.of("quarkus.flyway.default-schema", "public"))) {
      LiveTrainer lives = world.running("lives", Manners.OBEDIENT);
      LiveTrainer dies = world.running("dies", Manners.OBEDIENT);
      LiveTrainer settles = world.running("settles", Manners.UNREACHABLE);
      dies.die();
      world.settle(settles);

      world.awaitEnd(settles.runUid());
      assertThat(world.run(settles.runUid()).state()).isEqualTo(RunState.STOPPED);
      assertThat(world.kinds(settles.runUid())).doesNotContain("STOP_ESCALATED");
      await()
          .atMost(FaultWorld.TIMEOUT)
          .until(() -> world.run(dies.runUid()).state() == RunState.LOST);
      assertThat(world.run(lives.runUid()).state()).isEqualTo(RunState.RUNNING);
      assertThat(world.wasLost(lives.runUid())).isFalse();
      world.invariants().check();
    }
  }
}
