package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UnmovedSeries;
import java.util.List;

/** What keeps policies from stopping a run. */
public final class HoldCodec {

  private HoldCodec() {}

  /** As stored: a run with only the holds. */
  public static byte[] stored(List<dev.connectome.stopping.PolicyHold> holds) {
    return TrainingRun.newBuilder()
        .addAllPolicyHolds(holds.stream().map(HoldCodec::message).toList())
        .build()
        .toByteArray();
  }

  static List<PolicyHold> holds(byte[] stored) {
    try {
      return TrainingRun.parseFrom(stored).getPolicyHoldsList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("stored holds of policies cannot be read", e);
    }
  }

  private static PolicyHold message(dev.connectome.stopping.PolicyHold hold) {
    return PolicyHold.newBuilder()
        .setPolicyId(hold.policyId())
        .setMessage(hold.message())
        .setEpoch(hold.epoch())
        .setFirstEpoch(hold.firstEpoch())
        .addAllUnmovedSeries(hold.unmoved().stream().map(HoldCodec::message).toList())
        .build();
  }

  private static UnmovedSeries message(dev.connectome.stopping.PolicyHold.Unmoved unmoved) {
    var message =
        UnmovedSeries.newBuilder()
            .setSeries(unmoved.series())
            .setLeastChange(unmoved.leastChange());
    unmoved.first().ifPresent(message::setFirstValue);
    unmoved.latest().ifPresent(message::setLatestValue);
    return message.build();
  }
}
