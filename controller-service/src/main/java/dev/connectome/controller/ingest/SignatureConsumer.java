package dev.connectome.controller.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.ReceivedSignature;
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
 * Consumes signatures from Kafka: poll, store the batch in one transaction, commit the offsets.
 * While the database is unreachable the batch is retried; malformed records are logged, counted and
 * skipped.
 */
public final class SignatureConsumer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SignatureConsumer.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final int MAX_POLL_RECORDS = 100;
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final PolicyEvaluator evaluator;
  private final String topic;
  private final Map<String, Object> configuration;
  private final Thread thread = new Thread(this::run, "signature-consumer");
  private volatile boolean closed;
  private volatile long malformed;

  /**
   * @throws UncheckedIOException if the properties file cannot be read
   */
  public SignatureConsumer(
      PolicyEvaluator evaluator,
      String bootstrapServers,
      String topic,
      String groupId,
      Optional<String> groupInstanceId,
      Optional<Path> propertiesFile) {
    this.evaluator = evaluator;
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
    configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    configuration.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 2_000);
    configuration.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    configuration.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
  }

  private static Map<String, String> load(Path file) {
    try {
      return Utils.propsToStringMap(Utils.loadProps(file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read Kafka properties file " + file, e);
    }
  }

  public void start() {
    thread.start();
  }

  /** Records that were malformed or could not be evaluated, since the start. */
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
          ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_TIMEOUT);
          if (!records.isEmpty()) {
            process(records);
            // A later commit makes up for one that fails; records that are read twice change
            // nothing.
            consumer.commitAsync();
          }
        }
      } catch (WakeupException | InterruptException e) {
        LOG.debug("consumer woken");
      } catch (KafkaException e) {
        LOG.warn("signatures unreadable, will retry error=\"{}\"", e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.error("signatures unreadable, will retry", e);
        pause();
      }
    }
  }

  private void process(ConsumerRecords<byte[], byte[]> records) {
    List<ReceivedSignature> signatures = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      parse(record).ifPresent(signatures::add);
    }
    if (!signatures.isEmpty() && !store(signatures)) {
      signatures.stream()
          .collect(Collectors.groupingBy(ReceivedSignature::runUid))
          .forEach((uid, ofRun) -> malformed += store(ofRun) ? 0 : ofRun.size());
    }
  }

  /**
   * Retries while the database is unreachable. Returns false if the records cannot be evaluated: a
   * run whose records cannot must not block the others.
   */
  private boolean store(List<ReceivedSignature> signatures) {
    boolean warned = false;
    while (!closed) {
      try {
        evaluator.accept(signatures);
        return true;
      } catch (RuntimeException e) {
        if (DatabaseFault.of(e).isEmpty()) {
          LOG.error(
              "signatures not evaluated count={} firstRunId={}",
              signatures.size(),
              signatures.get(0).runUid(),
              e);
          return false;
        }
        if (!warned) {
          warned = true;
          LOG.warn(
              "signatures not stored, will retry count={} error=\"{}\"",
              signatures.size(),
              e.toString());
        }
        pause();
      }
    }
    throw new WakeupException();
  }

  private Optional<ReceivedSignature> parse(ConsumerRecord<byte[], byte[]> record) {
    try {
      SignatureRecord message = SignatureRecord.parseFrom(record.value());
      if (message.getAttempt() < 1 || message.getEpoch() < 1) {
        throw new IllegalArgumentException("attempt and epoch start at 1");
      }
      return Optional.of(
          new ReceivedSignature(
              UUID.fromString(message.getRunUid()),
              message.getAttempt(),
              message.getEpoch(),
              record.value()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException | NullPointerException e) {
      malformed++;
      LOG.warn(
          "malformed signature record skipped topic={} partition={} offset={} error=\"{}\"",
          record.topic(),
          record.partition(),
          record.offset(),
          e.toString());
      return Optional.empty();
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_DELAY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** Records that were read but not stored are read again by the next consumer. */
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
