package dev.connectome.client.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.run.v1.AllRule;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.DiminishingRule;
import dev.connectome.protos.run.v1.MonitorMode;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicySyntaxTest {
  private static final StoppingPolicy NEVER =
      StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()).build();

  @Test
  void settingsFollowTheRuleAfterAColon() {
    assertThat(
            PolicySyntax.parse(
                "patience:monitor=validationLoss,patience=7,mode=max,restore-best,minDelta=0.1"))
        .isEqualTo(
            StoppingPolicy.newBuilder()
                .setMonitor("validationLoss")
                .setPatience(
                    PatienceRule.newBuilder()
                        .setPatience(7)
                        .setMode(MonitorMode.MONITOR_MODE_MAX)
                        .setRestoreBest(true)
                        .setMinDelta(0.1))
                .build());
  }

  @Test
  void policiesMadeOfOthersTakeThoseInParentheses() {
    StoppingPolicy inner =
        StoppingPolicy.newBuilder()
            .setPolicyId("settled")
            .setAll(
                AllRule.newBuilder()
                    .addPolicies(
                        StoppingPolicy.newBuilder()
                            .setDiminishing(DiminishingRule.newBuilder().setWindow(8)))
                    .addPolicies(StoppingPolicy.newBuilder().setPlateau(PlateauRule.newBuilder())))
            .build();

    assertThat(
            PolicySyntax.parse(
                "any(all(diminishing:window=8; plateau):id=settled; never):id=either"))
        .isEqualTo(
            StoppingPolicy.newBuilder()
                .setPolicyId("either")
                .setAny(AnyRule.newBuilder().addPolicies(inner).addPolicies(NEVER))
                .build());
    assertThat(PolicySyntax.parse("any(never)").getAny().getPoliciesList()).containsExactly(NEVER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          sometimes                | 'sometimes' is not a stopping rule
          any(sometimes)           | 'sometimes' is not a stopping rule
          any                      | 'any' needs its policies in parentheses
          any:window=8             | 'any' needs its policies in parentheses
          plateau(never)           | 'plateau' takes no policies in parentheses
          any(never                | the parentheses of policy 'any(never' do not match
          any(never)never)         | the parentheses of policy 'any(never)never)' do not match
          any(never):policies=1    | 'policies' is not a setting of any in policy 'any(never):policies=1': the settings are id, monitor
          plateau:confirm=x        | 'x' is not a value for confirm
          """)
  void theOffendingPartIsNamed(String text, String problem) {
    assertThatThrownBy(() -> PolicySyntax.parse(text)).hasMessageContaining(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default",
        "never",
        "diminishing:monitor=trainLoss,smoothing=0.3,window=5",
        "patience:id=mine,monitor=validationLoss,mode=max,min-delta=0.1,restore-best=true",
        "any(all(diminishing:window=8; plateau):id=settled; never):id=either",
        "slowing:min-fall=1"
      })
  void aPolicyIsWrittenAsItIsTyped(String text) {
    assertThat(PolicyFormat.format(PolicySyntax.parse(text))).isEqualTo(text);
  }
}
