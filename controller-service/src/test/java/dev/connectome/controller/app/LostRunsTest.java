package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** What becomes of a run whose trainer is silent. */
class LostRunsTest extends TrainersOfARun {

  @Test
  void aSilentRunIsLostAndReturnsToWhereItWas() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

      trainer.heartbeat(1);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
      assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(1);
    }
  }

  @Test
  void aStoppingRunThatWasLostReturnsToStoppingAndGetsItsStopCommand() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      lose(uid);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

      assertThat(trainer.heartbeat(1).getCommandId()).isNotEmpty();

      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void aLostRunIsStillStopped() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      requestStop();

      assertThat(trainer.heartbeat(1).getCommandId()).isNotEmpty();
    }
  }

  @Test
  void aHeartbeatKeepsARunFromBeingLost() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.heartbeat(1);
      check(LONG, LONG);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  @Test
  void anotherTrainerTakesOverALostRunAndTheFirstMustEnd() throws Exception {
    try (SimulatedTrainer first = trainer();
        SimulatedTrainer second = trainer()) {
      first.register();
      lose(uid);

      RegisterTrainerResponse taken = second.register();

      assertThat(taken.getAttempt()).isEqualTo(2);
      assertThat(taken.getResume()).isTrue();
      refused(Status.Code.FAILED_PRECONDITION, "SUPERSEDED", () -> first.heartbeat(3));
      refused(Status.Code.FAILED_PRECONDITION, "SUPERSEDED", first::register);
      first.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
      second.heartbeat(1);
    }
  }

  @Test
  void anExternalRunThatIsLostForTooLongFails() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      controller.setHeartbeatBack(uid, TIMEOUT.multipliedBy(4));
      check(TIMEOUT, TIMEOUT);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      refused(Status.Code.FAILED_PRECONDITION, "RUN_ENDED", () -> trainer.heartbeat(1));
    }
  }
}
