package dev.connectome.trainer.registry;

import dev.connectome.trainer.publish.SnapshotPublisher;
import java.util.Map;

/**
 * Where a trainer finds the platform, and where the platform finds the trainer.
 *
 * @param controllerEndpoint {@code host:port} of the controller's gRPC server
 * @param kafkaBootstrapServers the brokers, as comma-separated {@code host:port}
 * @param kafkaProperties additional properties of the Kafka producer, for example {@code
 *     security.protocol}
 * @param topicPrefix the prefix of the platform's topic names
 * @param controlHost the address on which the trainer listens for stop commands; the controller
 *     must be able to reach it, otherwise stop commands arrive with the next heartbeat
 * @param controlPort the port at that address; 0 for any free port
 * @param snapshotBuffer limits of the snapshots kept while the broker is unreachable
 */
public record PlatformSettings(
    String controllerEndpoint,
    String kafkaBootstrapServers,
    Map<String, String> kafkaProperties,
    String topicPrefix,
    String controlHost,
    int controlPort,
    SnapshotPublisher.Buffer snapshotBuffer) {

  /** Makes settings whose Kafka properties cannot change. */
  public PlatformSettings {
    kafkaProperties = Map.copyOf(kafkaProperties);
  }

  /**
   * Returns these settings with other Kafka properties.
   *
   * @param properties the additional properties of the Kafka producer
   * @return the changed settings
   */
  public PlatformSettings withKafkaProperties(Map<String, String> properties) {
    return new PlatformSettings(
        controllerEndpoint,
        kafkaBootstrapServers,
        properties,
        topicPrefix,
        controlHost,
        controlPort,
        snapshotBuffer);
  }
}
