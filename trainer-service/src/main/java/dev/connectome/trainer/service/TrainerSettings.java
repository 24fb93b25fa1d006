package dev.connectome.trainer.service;

import dev.connectome.trainer.publish.SnapshotPublisher;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.utils.Utils;

/**
 * What a trainer process is told when it is started.
 *
 * @param controllerEndpoint host:port of the controller
 * @param runUid the run
 * @param instanceId what tells this process from every other
 * @param kafkaBootstrapServers the brokers
 * @param kafkaPropertiesFile further properties of the Kafka client; empty for none
 * @param topicPrefix what the names of the topics begin with
 * @param dataDirectory where the data is, if the run does not say; empty for the embedded data set
 * @param device what to train on, if the run does not say
 * @param checkpointDirectory where checkpoints are
 * @param outcomeFile where to leave the outcome; empty for nowhere
 * @param controlHost the address on which to be controlled
 * @param controlPort the port; 0 for any
 * @param metricsPort the port on which metrics are served, at the same address; empty for none
 * @param registrationPatience how long to wait for a controller that is away
 * @param snapshotBuffer what to keep of snapshots while the broker is away
 */
public record TrainerSettings(
    String controllerEndpoint,
    String runUid,
    String instanceId,
    String kafkaBootstrapServers,
    Optional<Path> kafkaPropertiesFile,
    String topicPrefix,
    Optional<Path> dataDirectory,
    String device,
    Path checkpointDirectory,
    Optional<Path> outcomeFile,
    String controlHost,
    int controlPort,
    OptionalInt metricsPort,
    Duration registrationPatience,
    SnapshotPublisher.Buffer snapshotBuffer) {

  /**
   * The topic on which snapshots are published.
   *
   * @return the topic's name
   */
  public String activationsTopic() {
    return topicPrefix + "activations.v1";
  }

  /**
   * Further properties of the Kafka client.
   *
   * @return the properties in the file; none without one
   * @throws IOException if the file cannot be read
   */
  public Map<String, String> kafkaProperties() throws IOException {
    if (kafkaPropertiesFile.isEmpty()) {
      return Map.of();
    }
    try {
      return Utils.propsToStringMap(Utils.loadProps(kafkaPropertiesFile.get().toString()));
    } catch (NoSuchFileException e) {
      throw new IOException("the file of Kafka properties is missing: " + e.getMessage(), e);
    }
  }
}
