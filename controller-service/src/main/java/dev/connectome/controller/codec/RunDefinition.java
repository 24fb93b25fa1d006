package dev.connectome.controller.codec;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.stopping.SafetyEnvelope;
import dev.connectome.stopping.StoppingPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

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

  /** The same bytes for the same definition, whatever the order of its maps. */
  public byte[] toBytes() {
    var bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  /** Another one whenever something of it has changed. */
  public String etag() {
    return UUID.nameUUIDFromBytes(toBytes()).toString();
  }

  public Map<String, String> labels() {
    return message.getLabelsMap();
  }

  public TrainingSpec spec() {
    return message.getSpec();
  }

  /** The cluster's namespace that the run names, if it names one. */
  public Optional<String> namespace() {
    return Optional.of(message.getKubernetes().getNamespace()).filter(name -> !name.isEmpty());
  }

  /** The enforcing policy, within the run's safety envelope. */
  public StoppingPolicy policy() {
    return guarded(message.getPolicy());
  }

  /** Any policy as it would decide for this run: within its safety envelope. */
  public StoppingPolicy guarded(dev.connectome.protos.run.v1.StoppingPolicy policy) {
    return envelope().around(PolicyCodec.policy(policy));
  }

  private SafetyEnvelope envelope() {
    TrainingSpec spec = spec();
    return SafetyEnvelope.of(
        spec.getOptimizer().getSchedule().getWarmUpEpochs(),
        updatesPerEpoch(spec),
        SafetyEnvelope.MIN_UPDATES);
  }

  /** Updates of the weights in an epoch; as many as are asked for if the spec does not tell. */
  private static int updatesPerEpoch(TrainingSpec spec) {
    if (!spec.getData().hasTrainSamples() || spec.getBatchSize() < 1) {
      return SafetyEnvelope.MIN_UPDATES;
    }
    double samples =
        spec.getData().getTrainSamples() * (1 - spec.getData().getValidationFraction());
    return (int) Math.max(1, Math.ceil(samples / spec.getBatchSize()));
  }

  /** Policies that are only recorded, within the run's safety envelope. */
  public List<StoppingPolicy> shadowPolicies() {
    return message.getShadowPoliciesList().stream().map(this::guarded).toList();
  }
}
