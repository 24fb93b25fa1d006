package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.stopping.StoppingPolicy;
import java.util.List;
import java.util.Map;

/**
 * What was asked for: labels, spec and policies of a run, as they are stored.
 *
 * @param message the run's message with these fields set
 */
public record RunDefinition(TrainingRun message) {

  /**
   * Reads a definition that was stored.
   *
   * @param stored the bytes
   * @return the definition
   */
  public static RunDefinition of(byte[] stored) {
    try {
      return new RunDefinition(TrainingRun.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored run cannot be read", e);
    }
  }

  /**
   * The definition as it is stored.
   *
   * @return the bytes
   */
  public byte[] toBytes() {
    return message.toByteArray();
  }

  /**
   * The labels.
   *
   * @return labels by key
   */
  public Map<String, String> labels() {
    return message.getLabelsMap();
  }

  /**
   * What to train.
   *
   * @return the spec, complete
   */
  public TrainingSpec spec() {
    return message.getSpec();
  }

  /**
   * The policy that is enforced.
   *
   * @return the policy
   */
  public StoppingPolicy policy() {
    return PolicyCodec.policy(message.getPolicy());
  }

  /**
   * Policies that are only recorded.
   *
   * @return the policies
   */
  public List<StoppingPolicy> shadowPolicies() {
    return message.getShadowPoliciesList().stream().map(PolicyCodec::policy).toList();
  }
}
