package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.stopping.StoppingPolicy;
import java.util.List;
import java.util.Map;

/**
 * What the caller asked for: labels, spec, policies and placement of a run, as stored.
 *
 * @param message the run's message with only these fields set
 */
public record RunDefinition(TrainingRun message) {

  public static RunDefinition of(byte[] stored) {
    try {
      return new RunDefinition(TrainingRun.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored run cannot be read", e);
    }
  }

  public byte[] toBytes() {
    return message.toByteArray();
  }

  public Map<String, String> labels() {
    return message.getLabelsMap();
  }

  public TrainingSpec spec() {
    return message.getSpec();
  }

  /** The enforcing policy. */
  public StoppingPolicy policy() {
    return PolicyCodec.policy(message.getPolicy());
  }

  public List<StoppingPolicy> shadowPolicies() {
    return message.getShadowPoliciesList().stream().map(PolicyCodec::policy).toList();
  }
}
