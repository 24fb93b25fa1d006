package dev.connectome.controller.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.store.DatabaseFault;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads signatures from Kafka: poll, one database transaction for all that came, then commit the
 * offsets. While the database is away the same records are tried again; a record that is no
 * signature is logged, counted and passed over.
 */
public final class SignatureConsumer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SignatureConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int MOST_AT_ONCE = 100;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final PolicyEvaluator judge;
  private final String topic;
  private final Map<String, Object> configuration;
  private final Thread thread = new Thread(this::run, "signature-consumer");
  private volatile boolean closed;
  private volatile long malformed;

  /**
   * Makes a consumer; {@link #start} starts it.
   *
   * @param judge takes the signatures
   * @param bootstrapServers the brokers
   * @param topic the signatures topic
   * @param groupId the group that shares it
   * @param groupInstanceId what this member of the group is always called, so that it need not wait
   *     for its own end when it comes back; empty for a member that does not come back
   * @param propertiesFile further properties of the client
   * @throws UncheckedIOException if that file cannot be read
   */
  public SignatureConsumer(
      PolicyEvaluator judge,
      String bootstrapServers,
      String topic,
      String groupId,
      Optional<String> groupInstanceId,
      Optional<Path> propertiesFile) {
    this.judge = judge;
    this.topic = topic;
    this.configuration =
        new HashMap<>(propertiesFile.map(SignatureConsumer::load).orElse(Map.of()));
    configuration.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    configuration.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    groupInstanceId.ifPresent(id -> configuration.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, id));
    configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    configuration.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    configuration.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_AT_ONCE);
    configuration.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 2_000);
    configuration.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    configuration.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
  }

  private static Map<String, String> load(Path file) {
    try {
      return Utils.propsToStringMap(Utils.loadProps(file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("Kafka properties cannot be read: " + file, e);
    }
  }

  /** Starts reading. */
  public void start() {
    thread.start();
  }

  /**
   * Records that were no signatures, or none that could be judged.
   *
   * @return how many since the start
   */
  public long malformedRecords() {
    return malformed;
  }

  private void run() {
    while (!closed) {
      try (var consumer =
          new KafkaConsumer<>(
              configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.subscribe(List.of(topic));
        while (!closed) {
          ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
          if (!records.isEmpty()) {
            accept(records);
            // One that fails is made good by the next, or by records that change nothing when read
            // again.
            consumer.commitAsync();
          }
        }
      } catch (WakeupException | InterruptException e) {
        LOG.debug("consumer woken");
      } catch (KafkaException e) {
        LOG.warn("signatures unreadable, trying again error=\"{}\"", e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.error("signatures unreadable, trying again", e);
        pause();
      }
    }
  }

  private void accept(ConsumerRecords<byte[], byte[]> records) {
    List<PolicyEvaluator.Arrival> arrivals = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      arrival(record).ifPresent(arrivals::add);
    }
    if (!arrivals.isEmpty() && !stored(arrivals)) {
      arrivals.stream()
          .collect(Collectors.groupingBy(PolicyEvaluator.Arrival::runUid))
          .forEach((uid, ofRun) -> malformed += stored(ofRun) ? 0 : ofRun.size());
    }
  }

  /**
   * Stores records, however long the database is away; tells whether they could be judged. Those of
   * a run that cannot must not keep those of others waiting.
   */
  private boolean stored(List<PolicyEvaluator.Arrival> arrivals) {
    boolean told = false;
    while (!closed) {
      try {
        judge.accept(arrivals);
        return true;
      } catch (RuntimeException e) {
        if (DatabaseFault.of(e).isEmpty()) {
          LOG.error(
              "signatures not judged count={} firstRunId={}",
              arrivals.size(),
              arrivals.get(0).runUid(),
              e);
          return false;
        }
        if (!told) {
          told = true;
          LOG.warn(
              "signatures not stored, trying again count={} error=\"{}\"",
              arrivals.size(),
              e.toString());
        }
        pause();
      }
    }
    throw new WakeupException();
  }

  private Optional<PolicyEvaluator.Arrival> arrival(ConsumerRecord<byte[], byte[]> record) {
    try {
      SignatureRecord signature = SignatureRecord.parseFrom(record.value());
      if (signature.getAttempt() < 1 || signature.getEpoch() < 1) {
        throw new IllegalArgumentException("attempts and epochs are counted from 1");
      }
      return Optional.of(
          new PolicyEvaluator.Arrival(
              UUID.fromString(signature.getRunUid()),
              signature.getAttempt(),
              signature.getEpoch(),
              record.value()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException | NullPointerException e) {
      malformed++;
      LOG.warn(
          "record is no signature, passed over topic={} partition={} offset={} error=\"{}\"",
          record.topic(),
          record.partition(),
          record.offset(),
          e.toString());
      return Optional.empty();
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** Stops reading. What was read and not stored is read again by whoever comes next. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
