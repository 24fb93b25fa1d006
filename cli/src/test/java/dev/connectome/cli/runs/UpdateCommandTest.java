package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import org.junit.jupiter.api.Test;

class UpdateCommandTest {

  private static final TrainingRun RUN =
      TrainingRun.newBuilder()
          .setPolicy(StoppingPolicy.newBuilder().setPolicyId("old"))
          .addShadowPolicies(StoppingPolicy.newBuilder().setPolicyId("other"))
          .addShadowPolicies(StoppingPolicy.newBuilder().setPolicyId("trial"))
          .build();

  @Test
  void aShadowAndTheEnforcedPolicyChangePlaces() {
    var changed = TrainingRun.newBuilder();

    UpdateCommand.exchange(RUN, "trial", changed);

    assertThat(changed.getPolicy().getPolicyId()).isEqualTo("trial");
    assertThat(changed.getShadowPoliciesList())
        .extracting(StoppingPolicy::getPolicyId)
        .containsExactly("other", "old");
  }

  @Test
  void aPolicyThatIsNoShadowIsNamedWithThoseThatAre() {
    assertThatThrownBy(() -> UpdateCommand.exchange(RUN, "tiral", TrainingRun.newBuilder()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("tiral")
        .hasMessageContaining("[other, trial]");
  }
}
