package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When the time of a stop runs: it passes in the database, where the test lets it, and a little
 * faster, since the real one passes too.
 */
class StopClockTest {

  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofHours(24);

  private final DataSource database = TestDatabase.createWithClock(Duration.ZERO);
  private Duration passed = Duration.ZERO;
  private Launcher.Ending ending = Launcher.Ending.NO;
  private ControllerUnderTest controller;
  private SimulatedTrainer trainer;
  private Quarantine quarantine;
  private Watchdog watchdog;
  private StopDelivery delivery;

  /** What a launcher may say of a trainer that it should end. */
  private final class Answering implements Launcher {
    @Override
    public LauncherType type() {
      return LauncherType.LOCAL;
    }

    @Override
    public void adopt() {
      // There is nothing to adopt.
    }

    @Override
    public void tick() {
      // There is nothing to start.
    }

    @Override
    public Ending end(UUID runUid, int attempt) {
      return ending;
    }

    @Override
    public void close() {
      // There is nothing to end.
    }
  }

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    String uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
    trainer = new SimulatedTrainer(controller.channel(), uid);
    trainer.registerAt("127.0.0.1:1");
    var attempts = new Attempts(controller.store(), Retries.of(2));
    var timeouts = new Watchdog.Timeouts(LONG, HEARTBEAT_TIMEOUT, LONG, LONG);
    watchdog =
        new Watchdog(
            controller.store(),
            new Quarantine(controller.store(), InstantSource.system()),
            attempts,
            timeouts,
            "here");
    quarantine = new Quarantine(controller.store(), InstantSource.system());
    delivery =
        new StopDelivery(
            controller.store(),
            attempts,
            new Launchers(Map.of(LauncherType.LOCAL, new Answering())),
            LocalHost.current(Optional.of("here")),
            quarantine,
            timeouts.maxGap());
    look();
    var unused =
        controller
            .runs()
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder()
                    .setName("runs/a")
                    .setReason("enough of it")
                    .build());
  }

  @AfterEach
  void stop() {
    delivery.close();
    trainer.close();
    controller.close();
  }

  @Test
  void itBeginsWithTheHeartbeatThatBringsTheCommandAndNotWithTheDecision() throws Exception {
    lookFor(GRACE.multipliedBy(2), true);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    StopCommand command = trainer.heartbeat(1);
    assertThat(command.getTimeLeft().getSeconds()).isBetween(50L, 60L);

    lookFor(Duration.ofSeconds(20), true);
    assertThat(trainer.heartbeat(1).getTimeLeft().getSeconds()).isBetween(10L, 41L);
    lookFor(Duration.ofSeconds(10), true);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);

    lookFor(Duration.ofSeconds(40), true);

    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("a").getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_GIVEN_UP);
    assertThat(trainer.heartbeat(2).getCommandId()).isEqualTo(command.getCommandId());
  }

  @Test
  void itDoesNotRunWhileNoControllerIsUpAndNothingIsGivenUpInTheFirstLook() throws Exception {
    trainer.heartbeat(1);
    pass(Duration.ofHours(3));

    delivery.tick();
    look();
    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    lookFor(Duration.ofSeconds(5), false);

    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    assertThat(trainer.heartbeat(1).getTimeLeft().getSeconds()).isBetween(50L, 60L);
  }

  @Test
  void aTrainerThatNobodyReachesHasItsTimeFromWhenItsSilenceIsNoticed() throws Exception {
    lookFor(Duration.ofSeconds(30), false);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);
    lookFor(Duration.ofSeconds(10), false);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

    lookFor(Duration.ofSeconds(50), false);

    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(trainer.heartbeat(2).getCommandId()).isNotEmpty();
  }

  @Test
  void whyARunWasStoppedIsOnRecordAlsoIfItWasLostMeanwhile() throws Exception {
    lookFor(Duration.ofSeconds(30), false);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 1);

    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("a").getStateMessage()).contains("enough of it");
  }

  @Test
  void whatALauncherDoesNotKnowYetIsNotGivenUp() throws Exception {
    makeLocal();
    ending = Launcher.Ending.UNKNOWN;
    trainer.heartbeat(1);
    lookFor(GRACE.multipliedBy(2), true);
    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    assertThat(controller.eventKinds("a")).containsOnlyOnce("STOP_ESCALATED");

    ending = Launcher.Ending.NO;
    lookFor(Duration.ofSeconds(25), true);

    assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void whatFailedOfAStopIsForgottenOnceItHasEnded() throws Exception {
    UUID run = UUID.fromString(trainer.runUid());
    quarantine.hold("delivery of its stop", run, new IllegalStateException("of the test"));
    quarantine.hold("escalation", run, new IllegalStateException("of the test"));
    delivery.tick();
    assertThat(quarantine.failing("escalation")).containsExactly(run);
    assertThat(controller.get("a").getStateMessage()).startsWith("quarantined");

    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 1);
    delivery.tick();

    assertThat(quarantine.size()).isZero();
    assertThat(controller.get("a").getStateMessage()).doesNotStartWith("quarantined");
  }

  private void makeLocal() throws Exception {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("UPDATE runs SET launcher = 'LOCAL'");
    }
  }

  /** Looks every second; a trainer that can be heard is heard, but given no answer. */
  private void lookFor(Duration time, boolean heard) throws Exception {
    for (int second = 0; second < time.toSeconds(); second++) {
      pass(Duration.ofSeconds(1));
      if (heard) {
        controller
            .store()
            .inTransaction(
                transaction -> {
                  transaction.heartbeats().touch(UUID.fromString(trainer.runUid()));
                  return transaction;
                });
      }
      look();
    }
  }

  private void look() {
    var unused = watchdog.check();
    delivery.tick();
  }

  private void pass(Duration time) {
    passed = passed.plus(time);
    TestDatabase.setClock(database, passed);
  }

  private RunState state() {
    return controller.get("a").getState();
  }
}
