package dev.connectome.signature.stream;

import static org.apache.kafka.streams.StreamsConfig.adminClientPrefix;
import static org.apache.kafka.streams.StreamsConfig.consumerPrefix;
import static org.apache.kafka.streams.StreamsConfig.mainConsumerPrefix;
import static org.apache.kafka.streams.StreamsConfig.producerPrefix;

import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.settings.KafkaSettings;
import dev.connectome.signature.settings.StreamsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;

/** The properties of the Kafka clients, tuned for records of nearly a mebibyte. */
public final class KafkaConfig {

  /** More than the largest record of any topic: a dead letter with its headers. */
  private static final int MAX_REQUEST_BYTES = 4 << 20;

  private static final int FETCH_BYTES = 8 << 20;

  /**
   * Several records: the incomplete record at the end of a response is discarded, with the default
   * of a mebibyte a quarter of all data.
   */
  private static final int PARTITION_FETCH_BYTES = 4 << 20;

  private static final long PRODUCER_BYTES = 16 << 20;

  /** Several connectomes, so that a commit needs few requests. */
  private static final int BATCH_BYTES = 256 << 10;

  /** Lets the operating system size socket buffers, so that each read returns more. */
  private static final int SOCKET_BUFFER = -1;

  /** For each partition; records of up to a mebibyte wait in memory. */
  private static final int BUFFERED_RECORDS = 2;

  private static final int POLL_RECORDS = 4;

  /** Several snapshots of the largest size may be computed in one. */
  private static final int TRANSACTION_MILLIS = 60_000;

  /**
   * By default Kafka Streams lets a closing member time out, for quick restarts. Here static
   * membership does that; a member without it gives up its partitions at once.
   */
  private static final String LEAVE_GROUP_ON_CLOSE = "internal.leave.group.on.close";

  private KafkaConfig() {}

  static Map<String, Object> streams(ConnectomeSettings settings) {
    StreamsSettings streams = settings.streams();
    Map<String, Object> config = common(settings.kafka());
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, streams.applicationId());
    config.put(StreamsConfig.STATE_DIR_CONFIG, streams.stateDir().toString());
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, streams.threads());
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, streams.commitInterval().toMillis());
    config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, streams.standbyReplicas());
    config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) settings.kafka().replicationFactor());
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
    config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreMemory.class);
    StoreMemory.share(config, streams.storeMemoryBytes());

    config.put(consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), POLL_RECORDS);
    config.put(consumerPrefix(ConsumerConfig.RECEIVE_BUFFER_CONFIG), SOCKET_BUFFER);
    config.put(consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), FETCH_BYTES);
    config.put(
        consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), PARTITION_FETCH_BYTES);
    config.put(
        mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        (int) streams.sessionTimeout().toMillis());
    config.put(
        mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        (int) streams.sessionTimeout().dividedBy(4).toMillis());
    config.put(mainConsumerPrefix(LEAVE_GROUP_ON_CLOSE), true);
    streams
        .groupInstanceId()
        .ifPresent(
            id -> config.put(mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), id));
    config.put(producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    config.put(producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), TRANSACTION_MILLIS);
    config.put(producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), PRODUCER_BYTES);
    config.put(producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    config.put(
        producerPrefix(ProducerConfig.LINGER_MS_CONFIG), (int) streams.commitInterval().toMillis());
    config.put(adminClientPrefix(AdminClientConfig.RETRIES_CONFIG), 5);
    return config;
  }

  /** For the ingest service: every in-sync replica acknowledges, and retries keep the order. */
  public static Map<String, Object> producer(KafkaSettings settings) {
    Map<String, Object> config = common(settings);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000L);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return config;
  }

  static Map<String, Object> admin(KafkaSettings settings) {
    Map<String, Object> config = common(settings);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return config;
  }

  private static Map<String, Object> common(KafkaSettings settings) {
    Map<String, Object> config = new HashMap<>();
    settings.propertiesFile().map(KafkaConfig::load).ifPresent(config::putAll);
    config.putAll(settings.properties());
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    config.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000L);
    return config;
  }

  private static Map<String, String> load(Path file) {
    try {
      return Utils.propsToStringMap(Utils.loadProps(file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("connectome.kafka.properties-file cannot be read: " + file, e);
    }
  }
}
