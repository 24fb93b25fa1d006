package dev.connectome.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.TrainingRun;
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
  void aReferenceDiffersFromTheRunItStandsBesideByItsPolicyAlone() {
    TrainingRun watched = PLAN.watched(1);
    TrainingRun reference = PLAN.reference(1);

    assertThat(reference.getPolicy().hasNever()).isTrue();
    assertThat(reference.toBuilder().clearPolicy().build()).isEqualTo(watched);
  }
}
