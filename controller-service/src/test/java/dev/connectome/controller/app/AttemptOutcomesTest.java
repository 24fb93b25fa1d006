package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of a run whose trainer says how it ended. */
class AttemptOutcomesTest extends TrainersOfARun {

  @Test
  void anInterruptedRunWaitsForAnotherAttempt() throws Exception {
    try (SimulatedTrainer first = trainer();
        SimulatedTrainer second = trainer()) {
      first.register();
      first.report(TrainingEnd.TRAINING_END_INTERRUPTED, 7);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);

      assertThat(second.register().getAttempt()).isEqualTo(2);
    }
  }

  @Test
  void aPermanentFailureEndsTheRunWithItsReason() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_FAILED)
              .setPermanent(true)
              .setFailureMessage("there is no folder /data"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      assertThat(controller.get("a").getStateMessage()).isEqualTo("there is no folder /data");
    }
  }

  @Test
  void progressBetweenFailuresForgivesThem() throws Exception {
    for (int attempt = 1; attempt <= 5; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.heartbeat(attempt);
        trainer.report(TrainingEnd.TRAINING_END_FAILED, attempt);
        assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);
      }
    }
    for (int attempt = 1; attempt <= 2; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.report(TrainingEnd.TRAINING_END_FAILED, 5);
      }
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  @Test
  void failuresAfterTheSameEpochsAreFailuresInARow() throws Exception {
    for (int attempt = 1; attempt <= 2; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.heartbeat(0);
        trainer.heartbeat(1);
        trainer.heartbeat(2);
        trainer.report(TrainingEnd.TRAINING_END_FAILED, 2);
      }
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);

    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_FAILED, 2);
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  @Test
  void lastWordsThatNoDatabaseTakesAreTaken() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_FAILED)
              .setPermanent(true)
              .setFailureMessage("core dumped \0\0"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      assertThat(controller.get("a").getStateMessage()).startsWith("core dumped");
    }
  }

  @Test
  void theOutcomeOfATrainerThatWasGivenUpIsKept() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      attempts()
          .end(
              UUID.fromString(uid),
              1,
              new AttemptEnd.Gone("it does not answer"),
              Optional.empty(),
              "controller");
      String message = controller.get("a").getStateMessage();

      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_COMPLETED)
              .setCheckpointUri("file:/checkpoints/7"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
      assertThat(controller.get("a").getStateMessage()).isEqualTo(message);
      assertThat(controller.get("a").getOutcome().getCheckpointUri())
          .isEqualTo("file:/checkpoints/7");
      assertThat(controller.eventKinds("a")).containsOnlyOnce("OUTCOME_LATE");
    }
  }

  @Test
  void anOutcomeIsTakenOnce() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      long position = controller.get("a").getPosition();

      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      trainer.report(TrainingEnd.TRAINING_END_FAILED, 100);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_COMPLETED);
      assertThat(controller.get("a").getPosition()).isEqualTo(position);
    }
  }
}
