package dev.connectome.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.KeptWeights;
import org.junit.jupiter.api.Test;

class DemoPlanTest {

  private static final DemoPlan PLAN = new DemoPlan("demo-", 2, 40);

  @Test
  void runsAreFoundByTheirLabelAndTestedAfterEachEpochSoThatAReplayTellsWhatItCosts() {
    assertThat(PLAN.watched(0).getLabelsMap()).containsEntry("demo", "true");
    assertThat(PLAN.reference(1).getLabelsMap()).containsEntry("demo", "true");
    assertThat(PLAN.watched(0).getSpec().getTestEveryEpochs()).isEqualTo(1);
  }

  @Test
  void aReferenceDiffersByItsPolicyAloneAndSaysWhatTheDefaultPolicyImplies() {
    TrainingRun watched = PLAN.watched(1);
    TrainingRun.Builder reference = PLAN.reference(1).toBuilder();

    assertThat(reference.getPolicy().hasNever()).isTrue();
    assertThat(reference.getSpec().getKeep()).isEqualTo(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    reference.clearPolicy().getSpecBuilder().clearKeep();
    assertThat(reference.build()).isEqualTo(watched);
  }
}
