package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.fixture.FailingDataSource;
import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopCommand;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Heartbeats that come together are stored together, and each is answered for its own run. */
class HeartbeatsTest {

  private static final int MANY = 24;

  private final FailingDataSource database = new FailingDataSource(TestDatabase.create());
  private final List<SimulatedTrainer> trainers = new ArrayList<>();
  private final ExecutorService callers = Executors.newFixedThreadPool(MANY);
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    for (int i = 0; i < MANY; i++) {
      trainers.add(trainer(controller.createExternal("run-" + i, StoppingPolicy.newBuilder())));
    }
  }

  @AfterEach
  void stop() {
    database.setAway(false);
    callers.shutdownNow();
    trainers.forEach(SimulatedTrainer::close);
    controller.close();
  }

  private SimulatedTrainer trainer(TrainingRun run) throws Exception {
    var trainer = new SimulatedTrainer(controller.channel(), run.getUid());
    trainer.register();
    return trainer;
  }

  private List<Future<StopCommand>> sendTogether(int epochs) throws InterruptedException {
    List<Callable<StopCommand>> beats = new ArrayList<>();
    trainers.forEach(trainer -> beats.add(() -> trainer.heartbeat(epochs)));
    return callers.invokeAll(beats);
  }

  @Test
  void eachTrainerGetsTheStopCommandOfItsOwnRunAndItsProgressIsShown() throws Exception {
    for (int i = 0; i < MANY; i += 3) {
      var unused =
          controller
              .runs()
              .stopTrainingRun(
                  StopTrainingRunRequest.newBuilder().setName("runs/run-" + i).build());
    }

    List<Future<StopCommand>> answers = sendTogether(7);

    for (int i = 0; i < MANY; i++) {
      TrainingRun run = controller.get("run-" + i);
      assertThat(answers.get(i).get().getCommandId())
          .isEqualTo(run.getStop().getCommand().getCommandId());
      assertThat(run.getProgress().getCompletedEpochs()).isEqualTo(7);
    }
    assertThat(controller.get("run-0").getStop().getCommand().getCommandId()).isNotEmpty();
  }

  @Test
  void ofTheAttemptsOfARunSentTogetherOnlyTheNewestCounts() throws Exception {
    SimulatedTrainer first = trainers.get(0);
    loseAll();
    try (var second = new SimulatedTrainer(controller.channel(), first.runUid())) {
      assertThat(second.register().getAttempt()).isEqualTo(2);

      Future<StopCommand> late = callers.submit(() -> first.heartbeat(50));
      Future<StopCommand> now = callers.submit(() -> second.heartbeat(3));

      assertThat(now.get()).isEqualTo(StopCommand.getDefaultInstance());
      assertThatThrownBy(late::get)
          .cause()
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
      assertThat(controller.get("run-0").getProgress().getCompletedEpochs()).isEqualTo(3);
    }
  }

  @Test
  void lostRunsSentTogetherAllReturn() throws Exception {
    loseAll();
    assertThat(controller.get("run-5").getState()).isEqualTo(RunState.RUN_STATE_LOST);

    for (Future<StopCommand> answer : sendTogether(1)) {
      answer.get();
    }

    for (int i = 0; i < MANY; i++) {
      assertThat(controller.get("run-" + i).getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  private void loseAll() throws Exception {
    for (int i = 0; i < MANY; i++) {
      controller.setHeartbeatBack(controller.get("run-" + i).getUid(), Duration.ofMinutes(2));
    }
    var attempts = new Attempts(controller.store(), Retries.of(2));
    var timeouts =
        new Watchdog.Timeouts(
            Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ZERO);
    assertThat(
            new Watchdog(
                    controller.store(),
                    new Quarantine(controller.store(), InstantSource.system()),
                    attempts,
                    timeouts,
                    "here")
                .check())
        .isEqualTo(MANY);
  }

  @Test
  void heartbeatsThatTheDatabaseDoesNotTakeAreRefusedAndLaterOnesAreTaken() throws Exception {
    database.setAway(true);
    for (Future<StopCommand> answer : sendTogether(1)) {
      assertThatThrownBy(answer::get)
          .cause()
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
    database.setAway(false);

    for (Future<StopCommand> answer : sendTogether(2)) {
      answer.get();
    }

    assertThat(controller.get("run-1").getProgress().getCompletedEpochs()).isEqualTo(2);
  }
}
