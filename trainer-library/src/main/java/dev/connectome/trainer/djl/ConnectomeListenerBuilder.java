package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import dev.connectome.trainer.publish.SnapshotPublisher;
import dev.connectome.trainer.registry.PlatformSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a {@link ConnectomeListener}. A setting that is not given is read from the environment,
 * and otherwise has its default.
 */
public final class ConnectomeListenerBuilder {

  private String run;
  private String controllerEndpoint;
  private String kafkaBootstrapServers;
  private String topicPrefix;
  private String controlHost;
  private Map<String, String> kafkaProperties = Map.of();
  private Duration controllerTimeout = Duration.ofSeconds(10);
  private int snapshotBuffer = SnapshotPublisher.Buffer.DEFAULT.snapshots();
  private Optional<NDList> probe = Optional.empty();
  private Optional<Boolean> classifies = Optional.empty();

  ConnectomeListenerBuilder(Map<String, String> environment) {
    this.run = environment.getOrDefault("CONNECTOME_RUN", "");
    this.controllerEndpoint =
        environment.getOrDefault("CONNECTOME_CONTROLLER_ENDPOINT", "127.0.0.1:9400");
    this.kafkaBootstrapServers =
        environment.getOrDefault("CONNECTOME_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092");
    this.topicPrefix = environment.getOrDefault("CONNECTOME_TOPIC_PREFIX", "connectome.");
    this.controlHost = environment.getOrDefault("CONNECTOME_CONTROL_HOST", "127.0.0.1");
  }

  /**
   * Sets the run to join. Environment: {@code CONNECTOME_RUN}. Required.
   *
   * @param nameOrUid its name or uid
   * @return this builder
   */
  public ConnectomeListenerBuilder optRun(String nameOrUid) {
    run = nameOrUid;
    return this;
  }

  /**
   * Sets the controller's gRPC endpoint. Environment: {@code CONNECTOME_CONTROLLER_ENDPOINT};
   * default: {@code 127.0.0.1:9400}.
   *
   * @param endpoint {@code host:port}
   * @return this builder
   */
  public ConnectomeListenerBuilder optController(String endpoint) {
    controllerEndpoint = endpoint;
    return this;
  }

  /**
   * Sets the Kafka brokers. Environment: {@code CONNECTOME_KAFKA_BOOTSTRAP_SERVERS}; default:
   * {@code 127.0.0.1:9092}.
   *
   * @param bootstrapServers comma-separated {@code host:port}
   * @return this builder
   */
  public ConnectomeListenerBuilder optKafka(String bootstrapServers) {
    kafkaBootstrapServers = bootstrapServers;
    return this;
  }

  /**
   * Sets additional properties of the Kafka producer. Default: none.
   *
   * @param properties for example {@code security.protocol}
   * @return this builder
   */
  public ConnectomeListenerBuilder optKafkaProperties(Map<String, String> properties) {
    kafkaProperties = Map.copyOf(properties);
    return this;
  }

  /**
   * Sets the prefix of the platform's topic names. Environment: {@code CONNECTOME_TOPIC_PREFIX};
   * default: {@code connectome.}.
   *
   * @param prefix the prefix
   * @return this builder
   */
  public ConnectomeListenerBuilder optTopicPrefix(String prefix) {
    topicPrefix = prefix;
    return this;
  }

  /**
   * Sets the address on which to listen for stop commands. If the controller cannot reach it, they
   * arrive with the next heartbeat. Environment: {@code CONNECTOME_CONTROL_HOST}; default: {@code
   * 127.0.0.1}.
   *
   * @param host an address of this machine
   * @return this builder
   */
  public ConnectomeListenerBuilder optControlHost(String host) {
    controlHost = host;
    return this;
  }

  /**
   * Sets how long the training waits for an unreachable controller, at its beginning and at its
   * end. Default: 10 s.
   *
   * @param timeout the timeout of each step: finding the run, registering, ending the publication,
   *     reporting the outcome
   * @return this builder
   */
  public ConnectomeListenerBuilder optControllerTimeout(Duration timeout) {
    controllerTimeout = timeout;
    return this;
  }

  /**
   * Sets how many snapshots are kept while the broker is unreachable, before the oldest is dropped.
   * Default: 16.
   *
   * @param snapshots the number of snapshots, at least 1
   * @return this builder
   * @throws IllegalArgumentException if the number is below 1
   */
  public ConnectomeListenerBuilder optSnapshotBuffer(int snapshots) {
    if (snapshots < 1) {
      throw new IllegalArgumentException("the snapshot buffer must be 1 or more, not " + snapshots);
    }
    snapshotBuffer = snapshots;
    return this;
  }

  /**
   * Sets the probe set. By default it is drawn from the inputs of the first epoch, with the run's
   * seed.
   *
   * @param inputs for each input of the network an array whose first axis are the samples; keep
   *     them open until the training ends
   * @return this builder
   */
  public ConnectomeListenerBuilder optProbe(NDList inputs) {
    probe = Optional.of(inputs);
    return this;
  }

  /**
   * Sets whether the network classifies: whether the index of the largest of its outputs is the
   * class that it predicts. If so, and if its output is samples × classes, the predicted classes of
   * the probe set are published with its activations. Default: whether the loss is DJL's {@link
   * ai.djl.training.loss.SoftmaxCrossEntropyLoss}.
   *
   * @param value whether it classifies
   * @return this builder
   */
  public ConnectomeListenerBuilder optClassifies(boolean value) {
    classifies = Optional.of(value);
    return this;
  }

  /**
   * Builds the listener. It connects when its {@link ai.djl.training.Trainer} is made.
   *
   * @return the listener
   * @throws IllegalArgumentException if no run is named
   */
  public ConnectomeListener build() {
    if (run.isBlank()) {
      throw new IllegalArgumentException(
          "no run is named; set CONNECTOME_RUN or call optRun with a run's name or uid");
    }
    return new ConnectomeListener(
        new ListenerSettings(
            run,
            new PlatformSettings(
                controllerEndpoint,
                kafkaBootstrapServers,
                kafkaProperties,
                topicPrefix,
                controlHost,
                0,
                new SnapshotPublisher.Buffer(
                    snapshotBuffer, SnapshotPublisher.Buffer.DEFAULT.bytes())),
            controllerTimeout,
            probe,
            classifies));
  }
}
