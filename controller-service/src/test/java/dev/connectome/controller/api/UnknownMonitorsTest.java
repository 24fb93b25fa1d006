package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import org.junit.jupiter.api.Test;

class UnknownMonitorsTest {

  private static StoppingPolicy.Builder patience(String monitor) {
    return StoppingPolicy.newBuilder()
        .setMonitor(monitor)
        .setPatience(PatienceRule.getDefaultInstance());
  }

  private static TrainingRun.Builder run(String monitor) {
    return TrainingRun.newBuilder().setPolicy(patience(monitor));
  }

  private static void assertRefused(TrainingRun.Builder run, String... message) {
    assertThatThrownBy(() -> RunRequests.definition(run.build(), LauncherType.LOCAL))
        .satisfies(refused -> assertThat(refused.getMessage()).contains(message));
  }

  @Test
  void aPolicyThatReadsWhatNoSeriesIsCalledIsRefusedWithTheNames() {
    assertRefused(
        run("vlidationLoss"),
        "training_run.policy.monitor must be the name of a series, not \"vlidationLoss\"",
        "connectomeDistance",
        "validationLoss");
    assertRefused(
        run("trainLoss").addShadowPolicies(patience("accuracy").setPolicyId("b")),
        "training_run.shadow_policies.monitor must be the name of a series, not \"accuracy\"");
  }

  @Test
  void aPolicyThatReadsWhatTheRunDoesNotReportIsToldWhatIsMissing() {
    assertRefused(run("validationLoss"), "needs", "validation_fraction");

    TrainingRun.Builder heldOut = run("validationLoss");
    heldOut.getSpecBuilder().getDataBuilder().setValidationFraction(0.1);
    assertThat(RunRequests.definition(heldOut.build(), LauncherType.KUBERNETES).policy().monitors())
        .containsExactly("validationLoss");
  }

  @Test
  void everySeriesOfSignaturesAndWhateverAnotherTrainerReportsIsTaken() {
    for (String series : SignatureCodec.SERIES) {
      assertThat(
              RunRequests.definition(run(series).build(), LauncherType.LOCAL).policy().monitors())
          .containsExactly(series);
    }
    assertThat(
            RunRequests.definition(run("myLoss").build(), LauncherType.EXTERNAL)
                .policy()
                .monitors())
        .containsExactly("myLoss");
    TrainingRun.Builder own = run("myLoss");
    own.getSpecBuilder().getModelBuilder().setName("acme.wide");
    assertThat(RunRequests.definition(own.build(), LauncherType.LOCAL).policy().monitors())
        .containsExactly("myLoss");
  }
}
