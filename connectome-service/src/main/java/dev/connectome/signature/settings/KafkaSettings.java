package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The broker and the topics. */
public interface KafkaSettings {

  /** Bootstrap servers as host:port, separated by commas. */
  @WithDefault("127.0.0.1:9092")
  String bootstrapServers();

  /** Prefix of the topic names. */
  @WithDefault("connectome.")
  String topicPrefix();

  /**
   * Partitions of each topic; existing topics must have as many. At most this many threads of all
   * instances work in parallel.
   */
  @WithDefault("8")
  int partitions();

  /** Replicas of each topic, including the changelogs of Kafka Streams. Use 3 on a cluster. */
  @WithDefault("1")
  short replicationFactor();

  /** Retention of the activations topic. */
  @WithDefault("PT24H")
  Duration activationsRetention();

  /** Retention of the activations topic, in bytes for each partition. */
  @WithDefault("536870912")
  long activationsRetentionBytes();

  /** Retention of the signatures topic. */
  @WithDefault("P30D")
  Duration signaturesRetention();

  /** Retention of the signatures topic, in bytes for each partition. */
  @WithDefault("536870912")
  long signaturesRetentionBytes();

  /** Retention of the dead-letters topic. */
  @WithDefault("P7D")
  Duration deadLettersRetention();

  /** Retention of the dead-letters topic, in bytes for each partition. */
  @WithDefault("134217728")
  long deadLettersRetentionBytes();

  /** A property of the Kafka clients by its name, such as {@code security.protocol}. */
  Map<String, String> properties();

  /** Properties file for the Kafka clients. */
  Optional<Path> propertiesFile();
}
