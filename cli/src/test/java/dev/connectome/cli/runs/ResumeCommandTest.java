package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.ResumePolicy;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import org.junit.jupiter.api.Test;

/** A person reads under which policy a run goes on before it does. */
class ResumeCommandTest {

  private static final StoppingPolicy PATIENCE =
      StoppingPolicy.newBuilder()
          .setPolicyId("p")
          .setPatience(PatienceRule.newBuilder().setPatience(5))
          .build();

  private static final TrainingRun STOPPED =
      TrainingRun.newBuilder()
          .setPolicy(PATIENCE)
          .setDecision(StoppingDecision.newBuilder().setPolicyId("p").setStopEpoch(12))
          .build();

  private static String printed(TrainingRun run, ResumeTrainingRunRequest.Builder request) {
    return String.join("; ", ResumeCommand.goesOnUnder(run, request.build()));
  }

  @Test
  void aPolicyThatStoppedTheRunSaysWhenItMayAgain() {
    assertThat(printed(STOPPED, ResumeTrainingRunRequest.newBuilder()))
        .contains("patience:id=p,patience=5", "at epoch 12", "not while it goes on holding");
    assertThat(printed(STOPPED, ResumeTrainingRunRequest.newBuilder().setRearmAfterEpochs(7)))
        .contains("or from 7 epochs later on");
  }

  @Test
  void aRunThatNoPolicyStopsSaysSo() {
    assertThat(
            printed(
                STOPPED,
                ResumeTrainingRunRequest.newBuilder().setPolicy(ResumePolicy.RESUME_POLICY_SHADOW)))
        .contains("no policy stops it", "watching:  patience");
    assertThat(
            printed(
                TrainingRun.newBuilder()
                    .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()))
                    .build(),
                ResumeTrainingRunRequest.newBuilder()))
        .isEqualTo("goes on under the policy never: no policy stops it");
  }

  @Test
  void aPersonsStopLeavesThePolicyAsItWas() {
    TrainingRun byPerson =
        STOPPED.toBuilder()
            .setDecision(StoppingDecision.newBuilder().setPolicyId("manual"))
            .build();
    assertThat(printed(byPerson, ResumeTrainingRunRequest.newBuilder()))
        .contains("which stops it when it decides so");
  }
}
