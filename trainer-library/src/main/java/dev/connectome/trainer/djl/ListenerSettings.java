package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Where a training belongs.
 *
 * @param run the run's name or uid
 * @param controllerEndpoint host:port of the controller
 * @param kafkaBootstrapServers the brokers
 * @param kafkaProperties further properties of the Kafka client
 * @param topicPrefix what the names of the topics begin with
 * @param controlHost the address on which to be controlled
 * @param patience how long to wait for a controller that is away
 * @param snapshotBuffer snapshots to keep while the broker is away
 * @param probe the probe set; empty to draw it from the inputs of the first epoch
 */
record ListenerSettings(
    String run,
    String controllerEndpoint,
    String kafkaBootstrapServers,
    Map<String, String> kafkaProperties,
    String topicPrefix,
    String controlHost,
    Duration patience,
    int snapshotBuffer,
    Optional<NDList> probe) {}
