package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.protos.run.v1.SeriesPoint;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.stopping.DecisionReason;
import dev.connectome.stopping.StopDecision;

/** Stopping decisions. */
public final class DecisionCodec {

  private DecisionCodec() {}

  /** Without the time and the shadow flag, which are stored separately. */
  public static StoppingDecision decision(StopDecision decision) {
    StoppingDecision.Builder message = withoutPolicy(decision);
    decision.policy().ifPresent(policy -> message.setPolicy(PolicyCodec.message(policy)));
    return message.build();
  }

  private static StoppingDecision.Builder withoutPolicy(StopDecision decision) {
    var message =
        StoppingDecision.newBuilder()
            .setPolicyId(decision.policyId())
            .setRule(decision.rule())
            .setMonitor(decision.monitor())
            .setReason(reason(decision.reason()))
            .setMessage(decision.message())
            .setStopEpoch(decision.stopEpoch());
    decision.restoreEpoch().ifPresent(message::setRestoreEpoch);
    decision
        .evidence()
        .forEach(
            point ->
                message.addEvidence(
                    SeriesPoint.newBuilder().setEpoch(point.epoch()).setValue(point.value())));
    decision.members().forEach(member -> message.addMembers(withoutPolicy(member)));
    return message;
  }

  public static StoppingDecision decision(DecisionRow row) {
    try {
      return StoppingDecision.parseFrom(row.decision()).toBuilder()
          .setShadow(!row.enforced())
          .setDecideTime(ProtoTimes.timestamp(row.decideTime()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored decision cannot be read", e);
    }
  }

  private static dev.connectome.protos.run.v1.DecisionReason reason(DecisionReason reason) {
    return dev.connectome.protos.run.v1.DecisionReason.valueOf("DECISION_REASON_" + reason.name());
  }
}
