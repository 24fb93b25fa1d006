package dev.connectome.controller.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.protos.run.v1.AllRule;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.stopping.CombinedPolicy;
import dev.connectome.stopping.DefaultPolicy;
import dev.connectome.stopping.DiminishingRule;
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.RunHistory;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.StoppingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyCodecTest {

  /** Settings whose absence means something. */
  private static final Set<String> MAY_BE_ABSENT =
      Set.of("baseline", "stopping_threshold", "divergence_threshold");

  @Test
  void whatEveryRuleLeavesOutIsWrittenIntoIt() {
    for (FieldDescriptor rule :
        dev.connectome.protos.run.v1.StoppingPolicy.getDescriptor()
            .getOneofs()
            .get(0)
            .getFields()) {
      var message = dev.connectome.protos.run.v1.StoppingPolicy.newBuilder();
      message.setField(rule, message.newBuilderForField(rule).build());
      if (message.hasAny()) {
        message = any(plateau("a")).toBuilder();
      } else if (message.hasAll()) {
        message = all(plateau("a")).toBuilder();
      }

      var complete = PolicyCodec.complete(message.build());

      assertThat(PolicyCodec.policy(complete)).isEqualTo(PolicyCodec.policy(message.build()));
      assertThat(complete.hasField(rule)).isTrue();
      assertThat(PolicyCodec.complete(complete)).isEqualTo(complete);
      Message settings = (Message) complete.getField(rule);
      for (FieldDescriptor setting : rule.getMessageType().getFields()) {
        if (!setting.isRepeated() && !MAY_BE_ABSENT.contains(setting.getName())) {
          assertThat(settings.hasField(setting)).as(setting.getFullName()).isTrue();
        }
      }
    }
  }

  @Test
  void aPolicyWithoutARuleIsTheDefaultWrittenOut() {
    var complete =
        PolicyCodec.complete(dev.connectome.protos.run.v1.StoppingPolicy.getDefaultInstance());

    assertThat(complete.getPolicyId()).isEqualTo("default");
    assertThat(complete.hasAll()).isTrue();
    assertThat(PolicyCodec.policy(complete)).isEqualTo(DefaultPolicy.get());
  }

  @Test
  void whatIsAcceptedCanBeReadBackAtEveryDepth() {
    var policy = dev.connectome.protos.run.v1.StoppingPolicy.getDefaultInstance();
    for (int depth = 1; depth <= 3; depth++) {
      policy = any(policy.toBuilder());
      var complete = PolicyCodec.complete(policy);
      assertThat(PolicyCodec.policy(complete)).isEqualTo(PolicyCodec.policy(policy));
    }
    var tooDeep = any(policy.toBuilder());
    assertThatThrownBy(() -> PolicyCodec.policy(tooDeep)).hasMessageContaining("nested at most 5");
  }

  @Test
  void aPolicyWithAMonitorOnlyIsDiminishing() {
    var message =
        dev.connectome.protos.run.v1.StoppingPolicy.newBuilder().setMonitor("myMetric").build();

    assertThat(PolicyCodec.policy(message))
        .isEqualTo(new SeriesPolicy("diminishing", "myMetric", DiminishingRule.DEFAULT));
  }

  @Test
  void aPolicyMadeOfOthersGetsNamesAtEveryLevel() {
    var named = PolicyCodec.complete(any(all(plateau("a"), plateau("b")).toBuilder()));

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
        DecisionCodec.decision(policy.decide(RunHistory.of(observations, 1)).orElseThrow());

    assertThat(decision.getRule()).isEqualTo("all");
    assertThat(decision.getMembersList())
        .extracting(StoppingDecision::getMonitor)
        .containsExactly("a", "b");
    assertThat(decision.getMembers(1).getEvidenceList()).hasSize(2);
    assertThat(decision.getPolicy())
        .isEqualTo(PolicyCodec.complete(all(plateau("a"), plateau("b"))));
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
