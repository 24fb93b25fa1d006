package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When silence is the trainer's: time passes in the database, where the test lets it. */
class SilenceTest {

  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LOST_TIMEOUT = Duration.ofHours(24);

  private final DataSource database = TestDatabase.createWithClock(Duration.ZERO);
  private Duration passed = Duration.ZERO;
  private ControllerUnderTest controller;
  private SimulatedTrainer trainer;
  private Watchdog watchdog;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    String uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
    trainer = new SimulatedTrainer(controller.channel(), uid);
    trainer.register();
    watchdog =
        new Watchdog(
            controller.store(),
            new Quarantine(controller.store(), InstantSource.system()),
            new Attempts(controller.store(), Retries.of(2)),
            new Watchdog.Timeouts(HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT, LOST_TIMEOUT, LOST_TIMEOUT),
            "here");
    check();
  }

  @AfterEach
  void stop() {
    trainer.close();
    controller.close();
  }

  @Test
  void aTrainerThatIsSilentWhileOthersCouldBeHeardIsLost() throws Exception {
    checkFor(Duration.ofSeconds(5));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);

    checkFor(Duration.ofSeconds(6));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);
  }

  @Test
  void aTimeInWhichNobodyCouldBeHeardIsNoSilence() throws Exception {
    pass(LOST_TIMEOUT.multipliedBy(2));
    checkFor(Duration.ofSeconds(5));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);

    trainer.heartbeat(3);
    checkFor(Duration.ofSeconds(5));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
  }

  @Test
  void whoIsNotHeardAfterSuchATimeEitherIsLost() throws Exception {
    pass(Duration.ofHours(1));
    checkFor(Duration.ofSeconds(12));

    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);
  }

  @Test
  void anOutageLongerThanTheLostTimeoutNeitherFailsARunNorCountsAsItsSilence() throws Exception {
    checkFor(Duration.ofSeconds(12));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);
    pass(LOST_TIMEOUT.multipliedBy(2));

    checkFor(Duration.ofSeconds(30));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

    trainer.heartbeat(3);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
  }

  @Test
  void aRunIsNeverFoundLostAndFailedInOneLook() throws Exception {
    controller.setHeartbeatBack(controller.get("a").getUid(), LOST_TIMEOUT.multipliedBy(2));

    check();
    check();

    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);
  }

  @Test
  void aRunThatIsLostForTheWholeTimeoutFailsOnceTrainersCouldHaveComeBack() throws Exception {
    checkFor(Duration.ofSeconds(12));
    controller.setHeartbeatBack(controller.get("a").getUid(), LOST_TIMEOUT);
    checkFor(Duration.ofSeconds(60));
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

    checkFor(Duration.ofSeconds(62));

    assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  private void pass(Duration time) throws Exception {
    passed = passed.plus(time);
    TestDatabase.setClock(database, passed);
  }

  private void checkFor(Duration time) throws Exception {
    for (int second = 0; second < time.toSeconds(); second++) {
      check();
      pass(Duration.ofSeconds(1));
    }
    check();
  }

  private void check() {
    var unused = watchdog.check();
  }

  private RunState state() {
    return controller.get("a").getState();
  }
}
