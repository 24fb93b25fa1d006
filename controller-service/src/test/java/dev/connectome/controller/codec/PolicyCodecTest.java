package dev.connectome.controller.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.stopping.CombinedPolicy;
import dev.connectome.controller.stopping.EpochObservation;
import dev.connectome.controller.stopping.RunHistory;
import dev.connectome.controller.stopping.StoppingPolicy;
import dev.connectome.protos.run.v1.AllRule;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PolicyCodecTest {

  @Test
  void aPolicyMadeOfOthersGetsNamesAtEveryLevel() {
    var named = PolicyCodec.withNames(any(all(plateau("a"), plateau("b")).toBuilder()));

    assertThat(named.getPolicyId()).isEqualTo("any");
    assertThat(named.getMonitor()).isEmpty();
    var inner = named.getAny().getPolicies(0);
    assertThat(inner.getPolicyId()).isEqualTo("all");
    assertThat(inner.getAll().getPoliciesList())
        .extracting(dev.connectome.protos.run.v1.StoppingPolicy::getMonitor)
        .containsExactly("a", "b");
    assertThat(inner.getAll().getPolicies(0).getPolicyId()).isEqualTo("plateau");
  }

  @Test
  void whatMembersHaveSaidIsWrittenBelowTheDecision() {
    StoppingPolicy policy = PolicyCodec.policy(all(plateau("a"), plateau("b")));
    var observations = new ArrayList<EpochObservation>();
    double[] values = {9, 1, 1, 1};
    for (int i = 0; i < values.length; i++) {
      observations.add(
          new EpochObservation(
              1, i + 1, OptionalInt.empty(), Map.of(), Map.of("a", values[i], "b", values[i])));
    }

    StoppingDecision decision =
        PolicyCodec.decision(policy.decide(RunHistory.of(observations, 1)).orElseThrow());

    assertThat(decision.getRule()).isEqualTo("all");
    assertThat(decision.getMembersList())
        .extracting(StoppingDecision::getMonitor)
        .containsExactly("a", "b");
    assertThat(decision.getMembers(1).getEvidenceList()).hasSize(2);
  }

  @Test
  void settingsOfMembersAreCheckedToo() {
    var wrong = plateau("a");
    wrong.getPlateauBuilder().setConfirm(0);

    assertThatThrownBy(() -> PolicyCodec.policy(any(wrong)))
        .hasMessage("confirm must be 1 or more, not 0");
    assertThatThrownBy(() -> PolicyCodec.policy(any()))
        .hasMessage("the number of policies of any must be 1 to 16, not 0");
    assertThatThrownBy(() -> PolicyCodec.policy(any(plateau("a").setPolicyId("A b"))))
        .hasMessageContaining("policy_id must be")
        .hasMessageContaining("A b");
    assertThatThrownBy(
            () -> PolicyCodec.policy(any(plateau("a")).toBuilder().setMonitor("a").build()))
        .hasMessageContaining("monitor must be empty for any");
  }

  @Test
  void policiesNestToAFixedDepth() {
    var policy = plateau("a").build();
    for (int depth = 1; depth < 5; depth++) {
      policy = any(policy.toBuilder());
    }
    assertThat(PolicyCodec.policy(policy)).isInstanceOf(CombinedPolicy.class);

    var deeper = any(policy.toBuilder());
    assertThatThrownBy(() -> PolicyCodec.policy(deeper))
        .hasMessage("policies must be nested at most 5 deep");
  }

  private static dev.connectome.protos.run.v1.StoppingPolicy.Builder plateau(String monitor) {
    return dev.connectome.protos.run.v1.StoppingPolicy.newBuilder()
        .setMonitor(monitor)
        .setPlateau(PlateauRule.newBuilder().setFraction(0.2).setConfirm(2));
  }

  private static dev.connectome.protos.run.v1.StoppingPolicy any(
      dev.connectome.protos.run.v1.StoppingPolicy.Builder... members) {
    var rule = AnyRule.newBuilder();
    List.of(members).forEach(rule::addPolicies);
    return dev.connectome.protos.run.v1.StoppingPolicy.newBuilder().setAny(rule).build();
  }

  private static dev.connectome.protos.run.v1.StoppingPolicy all(
      dev.connectome.protos.run.v1.StoppingPolicy.Builder... members) {
    var rule = AllRule.newBuilder();
    List.of(members).forEach(rule::addPolicies);
    return dev.connectome.protos.run.v1.StoppingPolicy.newBuilder().setAll(rule).build();
  }
}
