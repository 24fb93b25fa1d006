package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.RetrySpec;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.StopSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How trainers learn of stops. */
class StopCommandsTest extends TrainersOfARun {

  @Test
  void aTrainerThatWasGivenUpIsStillAnsweredWithItsCommandAndItsOutcomeKept() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      attempts().giveUp(UUID.fromString(uid), 1);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
      assertThat(controller.get("a").getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_GIVEN_UP);

      assertThat(trainer.register().getAttempt()).isEqualTo(1);
      StopCommand command = trainer.heartbeat(4);

      assertThat(command.getCommandId()).isNotEmpty();
      assertThat(command.hasTimeLeft()).isFalse();
      assertThat(command.hasDeadline()).isFalse();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_STOPPED)
              .setStopCommandId(command.getCommandId())
              .setCheckpointUri("file:/checkpoints/4"));
      assertThat(controller.get("a").getOutcome().getCheckpointUri())
          .isEqualTo("file:/checkpoints/4");
      assertThat(controller.get("a").getStop().hasAcknowledgeTime()).isTrue();
    }
  }

  @Test
  void aStopHasItsTimeFromTheHeartbeatThatBringsItAndItsModeCanOnlyGetMoreUrgent()
      throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop(StopMode.STOP_MODE_END_OF_EPOCH);
      assertThat(controller.get("a").getStop().hasDeliverTime()).isFalse();

      assertThat(trainer.heartbeat(1).getTimeLeft().getSeconds())
          .isGreaterThan(Duration.ofHours(23).toSeconds());
      assertThat(controller.get("a").getStop().hasDeliverTime()).isTrue();

      requestStop(StopMode.STOP_MODE_GRACEFUL);
      requestStop(StopMode.STOP_MODE_END_OF_EPOCH);
      assertThat(controller.get("a").getStop().hasDeliverTime()).isFalse();
      StopCommand graceful = trainer.heartbeat(1);
      assertThat(graceful.getMode()).isEqualTo(StopMode.STOP_MODE_GRACEFUL);
      assertThat(graceful.getTimeLeft().getSeconds()).isBetween(50L, 60L);
      assertThat(controller.eventKinds("a")).containsOnlyOnce("STOP_UPGRADED");
    }
  }

  @Test
  void aRunSaysItselfHowLongItsStopMayTakeAndHowOftenItIsTriedAgain() throws Exception {
    TrainingSpec spec =
        TrainingSpec.newBuilder()
            .setStop(StopSpec.newBuilder().setGraceful(Durations.fromHours(2)))
            .setRetry(RetrySpec.newBuilder().setMaxFailures(1).setMaxInterruptions(2))
            .build();
    String own =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("own")
                    .setTrainingRun(
                        TrainingRun.newBuilder()
                            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                            .setSpec(spec))
                    .build())
            .getUid();
    try (var first = new SimulatedTrainer(controller.channel(), own);
        var second = new SimulatedTrainer(controller.channel(), own)) {
      first.register();
      first.report(TrainingEnd.TRAINING_END_INTERRUPTED, 0);
      second.register();
      stop("own", StopMode.STOP_MODE_GRACEFUL);

      assertThat(second.heartbeat(0).getTimeLeft().getSeconds())
          .isGreaterThan(Duration.ofMinutes(119).toSeconds());
      second.report(TrainingEnd.TRAINING_END_STOPPED, 0);
    }
  }
}
