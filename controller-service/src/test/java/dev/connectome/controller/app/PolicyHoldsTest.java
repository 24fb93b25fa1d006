package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UnmovedSeries;
import org.junit.jupiter.api.Test;

/** A run that has not begun to learn, or may not be stopped yet, says so. */
class PolicyHoldsTest extends ApiOverGrpc {

  private static TrainingRun.Builder impatient() {
    return external()
        .setPolicy(plateau())
        .addShadowPolicies(
            StoppingPolicy.newBuilder()
                .setPolicyId("loss")
                .setMonitor("trainLoss")
                .setPatience(PatienceRule.newBuilder().setPatience(50)));
  }

  private TrainingRun create(TrainingRun.Builder run) {
    return controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId("a")
                .setTrainingRun(run.addPolicyHolds(PolicyHold.newBuilder().setPolicyId("mine")))
                .build());
  }

  @Test
  void theSeriesThatHasNotMovedIsShownWithItsNumbersUntilItMoves() throws Exception {
    TrainingRun created = create(impatient());
    assertThat(created.getPolicyHoldsList()).isEmpty();
    String policy = created.getPolicy().getPolicyId();
    try (var trainer = new SimulatedTrainer(controller.channel(), created.getUid())) {
      trainer.register();
      arrive(created.getUid(), 1, 0, 2, 10, 3, 10.25);

      PolicyHold expected =
          PolicyHold.newBuilder()
              .setPolicyId(policy)
              .setMessage(
                  "the run has not begun to learn: deathDistance was 10.00 at first and is 10.25,"
                      + " which must differ by 0.5000")
              .setEpoch(3)
              .setFirstEpoch(2)
              .addUnmovedSeries(
                  UnmovedSeries.newBuilder()
                      .setSeries("deathDistance")
                      .setFirstValue(10)
                      .setLatestValue(10.25)
                      .setLeastChange(0.5))
              .build();
      assertThat(controller.get("a").getPolicyHoldsList()).containsExactly(expected);
      restartEvaluator();
      arrive(created.getUid(), 4, 10.25);
      assertThat(controller.get("a").getPolicyHoldsList())
          .containsExactly(expected.toBuilder().setEpoch(4).build());

      arrive(created.getUid(), 5, 9);
      assertThat(controller.get("a").getPolicyHoldsList()).isEmpty();
    }
  }

  @Test
  void policiesWaitForTheEndOfTheWarmUp() throws Exception {
    TrainingRun.Builder warmingUp = impatient();
    warmingUp.getSpecBuilder().getOptimizerBuilder().getScheduleBuilder().setWarmUpEpochs(3);
    String uid = create(warmingUp).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, 2);

      assertThat(controller.get("a").getPolicyHoldsList())
          .hasSize(2)
          .allSatisfy(
              hold -> {
                assertThat(hold.getFirstEpoch()).isEqualTo(4);
                assertThat(hold.getUnmovedSeriesList()).isEmpty();
                assertThat(hold.getMessage()).isEqualTo("it stops no run before epoch 4");
              });
      arrive(uid, 4, 2);
      assertThat(controller.get("a").getPolicyHoldsList()).isEmpty();
    }
  }
}
