package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The broker and the topics. */
public interface KafkaSettings {

  /**
   * Brokers to begin with.
   *
   * @return host:port, separated by commas
   */
  @WithDefault("127.0.0.1:9092")
  String bootstrapServers();

  /**
   * What the names of all topics begin with.
   *
   * @return the prefix
   */
  @WithDefault("connectome.")
  String topicPrefix();

  /**
   * Partitions of each topic; the service checks that topics that exist have as many.
   *
   * @return the number of partitions
   */
  @WithDefault("8")
  int partitions();

  /**
   * Replicas of each topic, those that Kafka Streams makes for its state included.
   *
   * @return the replication factor
   */
  @WithDefault("1")
  short replicationFactor();

  /**
   * How long the activations topic keeps records.
   *
   * @return the time
   */
  @WithDefault("PT24H")
  Duration activationsRetention();

  /**
   * How much the activations topic keeps.
   *
   * @return bytes a partition
   */
  @WithDefault("536870912")
  long activationsRetentionBytes();

  /**
   * How long the signatures topic keeps records.
   *
   * @return the time
   */
  @WithDefault("P30D")
  Duration signaturesRetention();

  /**
   * How much the signatures topic keeps.
   *
   * @return bytes a partition
   */
  @WithDefault("536870912")
  long signaturesRetentionBytes();

  /**
   * How long the dead-letters topic keeps records.
   *
   * @return the time
   */
  @WithDefault("P7D")
  Duration deadLettersRetention();

  /**
   * How much the dead-letters topic keeps.
   *
   * @return bytes a partition
   */
  @WithDefault("134217728")
  long deadLettersRetentionBytes();

  /**
   * Further properties of every Kafka client, for instance {@code security.protocol}.
   *
   * @return the properties
   */
  Map<String, String> properties();

  /**
   * A file with further properties of every Kafka client.
   *
   * @return the file
   */
  Optional<Path> propertiesFile();
}
