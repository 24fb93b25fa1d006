package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TroughRule;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void aPolicyThatNeedsCheckpointsWhichTheRunDoesNotKeepIsRefused() {
    var troughOfTwenty =
        StoppingPolicy.newBuilder().setTrough(TroughRule.newBuilder().setConfirm(20)).build();
    createKeeping("sparse", CheckpointSpec.newBuilder().setEveryEpochs(50));
    createKeeping("few", CheckpointSpec.newBuilder().setKeep(3));
    createKeeping("many", CheckpointSpec.newBuilder().setKeep(100));

    assertThat(refusal(() -> setPolicy("sparse", troughOfTwenty)))
        .hasMessageContaining("INVALID_ARGUMENT: training_run.policy may ask for the weights")
        .hasMessageContaining("only every 50 epochs");
    assertThat(refusal(() -> setPolicy("few", troughOfTwenty)))
        .hasMessageContaining("keeps only its last 3 checkpoints");
    assertThat(setPolicy("many", troughOfTwenty).getPolicy().hasTrough()).isTrue();
    assertThat(setPolicy("sparse", plateau()).getPolicy().hasPlateau()).isTrue();
  }

  @Test
  void theRulesOfARunAreLimitedTogether() {
    List<StoppingPolicy> shadows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      var any = AnyRule.newBuilder();
      for (int member = 0; member < 13; member++) {
        any.addPolicies(plateau());
      }
      shadows.add(StoppingPolicy.newBuilder().setPolicyId("any" + i).setAny(any).build());
    }
    createKeeping("a", CheckpointSpec.newBuilder());
    var update =
        UpdateTrainingRunRequest.newBuilder()
            .setTrainingRun(
                TrainingRun.newBuilder().setName("runs/a").addAllShadowPolicies(shadows));

    assertThat(refusal(() -> controller.runs().updateTrainingRun(update.build())))
        .hasMessageContaining("at most 64 rules together, not 66");
    update.getTrainingRunBuilder().removeShadowPolicies(0);
    assertThat(controller.runs().updateTrainingRun(update.build()).getShadowPoliciesCount())
        .isEqualTo(4);
  }

  private void createKeeping(String runId, CheckpointSpec.Builder checkpoints) {
    var unused =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(runId)
                    .setTrainingRun(
                        external()
                            .setPolicy(plateau())
                            .setSpec(TrainingSpec.newBuilder().setCheckpoint(checkpoints)))
                    .build());
  }

  private TrainingRun setPolicy(String runId, StoppingPolicy policy) {
    return controller
        .runs()
        .updateTrainingRun(
            UpdateTrainingRunRequest.newBuilder()
                .setTrainingRun(TrainingRun.newBuilder().setName("runs/" + runId).setPolicy(policy))
                .build());
  }
}
