package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

/** Budgets are changed, and what is not to be changed is not. */
class RunUpdateApiTest extends ApiOverGrpc {

  @Test
  void aTrainerLearnsOfANewBudgetWithItsNextHeartbeat() throws Exception {
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      assertThat(beat(trainer).getEpochs()).isEqualTo(100);

      TrainingRun changed = setBudget("a", 60);

      assertThat(changed.getSpec().getEpochs()).isEqualTo(60);
      assertThat(changed.getSpec().getModel()).isEqualTo(run.getSpec().getModel());
      assertThat(changed.getPolicy()).isEqualTo(run.getPolicy());
      assertThat(beat(trainer).getEpochs()).isEqualTo(60);

      stopRun("a");
      StatusRuntimeException refusal = refusal(() -> setBudget("a", 80));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(refusal.getStatus().getDescription()).contains("being stopped");
    }
  }

  @Test
  void aRunThatHasEndedGetsABudgetWithWhichItCanGoOn() throws Exception {
    runToItsEnd();
    StatusRuntimeException refusal = refusal(() -> setBudget("a", 1));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);

    setBudget("a", 200);

    assertThat(resume("a").getSpec().getEpochs()).isEqualTo(200);
    assertThat(refusal(() -> setBudget("a", 0)).getStatus().getDescription())
        .contains("spec.epochs", "1 to 100000");
  }

  private TrainingRun setBudget(String runId, int epochs) {
    return controller
        .runs()
        .updateTrainingRun(
            UpdateTrainingRunRequest.newBuilder()
                .setTrainingRun(
                    TrainingRun.newBuilder()
                        .setName("runs/" + runId)
                        .setSpec(TrainingSpec.newBuilder().setEpochs(epochs)))
                .setUpdateMask(FieldMask.newBuilder().addPaths("spec.epochs"))
                .build());
  }

  private HeartbeatResponse beat(SimulatedTrainer trainer) {
    return TrainerRegistryServiceGrpc.newBlockingStub(controller.channel())
        .heartbeat(
            HeartbeatRequest.newBuilder()
                .setRunUid(trainer.runUid())
                .setInstanceId(trainer.instanceId())
                .setAttempt(1)
                .setProgress(TrainingProgress.newBuilder().setCompletedEpochs(3))
                .build());
  }

  @Test
  void nothingButLabelsPoliciesAndTheBudgetIsChanged() {
    create("a", "");

    StatusRuntimeException refusal =
        refusal(
            () ->
                controller
                    .runs()
                    .updateTrainingRun(
                        UpdateTrainingRunRequest.newBuilder()
                            .setTrainingRun(TrainingRun.newBuilder().setName("runs/a"))
                            .setUpdateMask(FieldMask.newBuilder().addPaths("spec"))
                            .build()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }
}
