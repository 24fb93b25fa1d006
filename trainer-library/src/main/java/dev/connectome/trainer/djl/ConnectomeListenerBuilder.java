package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Makes a {@link ConnectomeListener}; what is not given comes from the environment. */
public final class ConnectomeListenerBuilder {

  private String run;
  private String controllerEndpoint;
  private String kafkaBootstrapServers;
  private String topicPrefix;
  private String controlHost;
  private Map<String, String> kafkaProperties = Map.of();
  private Duration patience = Duration.ofSeconds(10);
  private int snapshotBuffer = 16;
  private Optional<NDList> probe = Optional.empty();

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
   * The run to join ({@code CONNECTOME_RUN}).
   *
   * @param nameOrUid its name or uid
   * @return this builder
   */
  public ConnectomeListenerBuilder optRun(String nameOrUid) {
    run = nameOrUid;
    return this;
  }

  /**
   * Where the controller is ({@code CONNECTOME_CONTROLLER_ENDPOINT}, else 127.0.0.1:9400).
   *
   * @param endpoint host:port
   * @return this builder
   */
  public ConnectomeListenerBuilder optController(String endpoint) {
    controllerEndpoint = endpoint;
    return this;
  }

  /**
   * Where the brokers are ({@code CONNECTOME_KAFKA_BOOTSTRAP_SERVERS}, else 127.0.0.1:9092).
   *
   * @param bootstrapServers host:port, with commas between them
   * @return this builder
   */
  public ConnectomeListenerBuilder optKafka(String bootstrapServers) {
    kafkaBootstrapServers = bootstrapServers;
    return this;
  }

  /**
   * Further properties of the Kafka client; none by default.
   *
   * @param properties for instance {@code security.protocol}
   * @return this builder
   */
  public ConnectomeListenerBuilder optKafkaProperties(Map<String, String> properties) {
    kafkaProperties = Map.copyOf(properties);
    return this;
  }

  /**
   * What the names of the topics begin with ({@code CONNECTOME_TOPIC_PREFIX}, else connectome.).
   *
   * @param prefix the prefix
   * @return this builder
   */
  public ConnectomeListenerBuilder optTopicPrefix(String prefix) {
    topicPrefix = prefix;
    return this;
  }

  /**
   * The address on which stops arrive at once ({@code CONNECTOME_CONTROL_HOST}, else 127.0.0.1); if
   * the controller cannot reach it they come with the next heartbeat.
   *
   * @param host an address of this machine
   * @return this builder
   */
  public ConnectomeListenerBuilder optControlHost(String host) {
    controlHost = host;
    return this;
  }

  /**
   * How long the training waits for a controller that is away, when it begins and when it ends; 10
   * s by default.
   *
   * @param duration the patience
   * @return this builder
   */
  public ConnectomeListenerBuilder optPatience(Duration duration) {
    patience = duration;
    return this;
  }

  /**
   * Snapshots to keep while the broker is away before the oldest is dropped; 16 by default.
   *
   * @param snapshots how many, 1 or more
   * @return this builder
   */
  public ConnectomeListenerBuilder optSnapshotBuffer(int snapshots) {
    if (snapshots < 1) {
      throw new IllegalArgumentException("the snapshot buffer must be 1 or more, not " + snapshots);
    }
    snapshotBuffer = snapshots;
    return this;
  }

  /**
   * The probe set. By default it is drawn, with the run's seed, from the inputs of the first epoch.
   *
   * @param inputs each array N × an input of the network; must last as long as the training
   * @return this builder
   */
  public ConnectomeListenerBuilder optProbe(NDList inputs) {
    probe = Optional.of(inputs);
    return this;
  }

  /**
   * Makes the listener.
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
            controllerEndpoint,
            kafkaBootstrapServers,
            kafkaProperties,
            topicPrefix,
            controlHost,
            patience,
            snapshotBuffer,
            probe));
  }
}
