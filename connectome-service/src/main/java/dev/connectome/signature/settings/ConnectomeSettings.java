package dev.connectome.signature.settings;

import dev.connectome.signature.codec.RecordLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of the service that are its own; each may be given as a property or as an
 * environment variable.
 */
@ConfigMapping(prefix = "connectome")
public interface ConnectomeSettings {

  /**
   * The broker and the topics.
   *
   * @return the settings
   */
  KafkaSettings kafka();

  /**
   * Kafka Streams.
   *
   * @return the settings
   */
  StreamsSettings streams();

  /**
   * How long what is kept.
   *
   * @return the settings
   */
  RetentionSettings retention();

  /**
   * What a record may ask for.
   *
   * @return the settings
   */
  LimitSettings limits();

  /** The broker and the topics. */
  interface KafkaSettings {

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
  }

  /** Kafka Streams. */
  interface StreamsSettings {

    /**
     * The name that instances sharing the work have in common.
     *
     * @return the application id
     */
    @WithDefault("connectome-service")
    String applicationId();

    /**
     * Where local state lies; it can be rebuilt from Kafka.
     *
     * @return the directory
     */
    Path stateDir();

    /**
     * Threads that compute, each with its own share of the partitions.
     *
     * @return the number of threads
     */
    @WithDefault("1")
    int threads();

    /**
     * How often transactions are committed: the delay after which a signature can be read.
     *
     * @return the interval
     */
    @WithDefault("PT0.1S")
    Duration commitInterval();

    /**
     * Makes this instance a static member: a restart within the session timeout moves no
     * partitions.
     *
     * @return a name unique among the instances
     */
    Optional<String> groupInstanceId();

    /**
     * After what silence an instance is taken for dead.
     *
     * @return the timeout, 6 s or more with a broker's defaults
     */
    @WithDefault("PT10S")
    Duration sessionTimeout();

    /**
     * Copies of the local state on other instances.
     *
     * @return the number of standby replicas
     */
    @WithDefault("0")
    int standbyReplicas();

    /**
     * Memory of the state stores outside the heap, all together.
     *
     * @return bytes
     */
    @WithDefault("33554432")
    long storeMemoryBytes();

    /**
     * Heap for state that is not written yet, all together.
     *
     * @return bytes
     */
    @WithDefault("33554432")
    long cacheBytes();
  }

  /** How long what is kept. */
  interface RetentionSettings {

    /**
     * After what silence of a run its open snapshots are given up and its connectomes dropped.
     *
     * @return the time
     */
    @WithDefault("PT6H")
    Duration silent();

    /**
     * After what silence of a run it is forgotten which of its epochs have their record.
     *
     * @return the time, no less than {@link #silent()}
     */
    @WithDefault("P7D")
    Duration recorded();

    /**
     * How often silent runs are looked for.
     *
     * @return the interval
     */
    @WithDefault("PT1M")
    Duration checkInterval();
  }

  /** What a record may ask for; one that asks for more is a dead letter. */
  interface LimitSettings {

    /**
     * Neurons of a snapshot. Its connectome takes four bytes times the square of it while it is
     * computed.
     *
     * @return the number
     */
    @WithDefault("16384")
    int maxNeurons();

    /**
     * Rows of a snapshot.
     *
     * @return the number
     */
    @WithDefault("100000")
    int maxSnapshotSamples();

    /**
     * Bytes of a snapshot's activations.
     *
     * @return the number of bytes
     */
    @WithDefault("268435456")
    long maxSnapshotBytes();

    /**
     * Batches of a snapshot.
     *
     * @return the number
     */
    @WithDefault("1024")
    int maxBatches();

    /**
     * The highest epoch.
     *
     * @return the number
     */
    @WithDefault("100000")
    int maxEpoch();

    /**
     * Metrics in a batch.
     *
     * @return the number
     */
    @WithDefault("256")
    int maxMetrics();

    /**
     * The limits as a value.
     *
     * @return the limits
     */
    default RecordLimits toRecordLimits() {
      return new RecordLimits(
          maxNeurons(),
          maxSnapshotSamples(),
          maxSnapshotBytes(),
          maxBatches(),
          maxEpoch(),
          maxMetrics());
    }
  }
}
