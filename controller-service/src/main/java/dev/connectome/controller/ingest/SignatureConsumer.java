package dev.connectome.controller.ingest;

import dev.connectome.controller.ingest.HeldSignatures.Held;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import dev.connectome.controller.loop.Loop;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes signatures from Kafka: poll, store and evaluate the batch, commit the offsets. Records
 * that are malformed, refused or cannot be stored go to the dead-letters topic.
 */
public final class SignatureConsumer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SignatureConsumer.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final int MAX_POLL_RECORDS = 100;

  private final HeldSignatures held = new HeldSignatures();
  private final SignatureStorage storage;
  private final String topic;
  private final Map<String, Object> configuration;
  private final Thread thread = new Thread(this::run, "signature-consumer");
  private final DeadLetters deadLetters;
  private final Loop loop;
  private final Timer latency;
  private volatile boolean closed;
  private volatile long lag;

  /**
   * @throws UncheckedIOException if the properties file cannot be read
   */
  public SignatureConsumer(
      PolicyEvaluator evaluator,
      Quarantine quarantine,
      String bootstrapServers,
      String topic,
      String groupId,
      Optional<String> groupInstanceId,
      Optional<Path> propertiesFile,
      String deadLettersTopic,
      Loop loop,
      MeterRegistry metrics) {
    this.topic = topic;
    this.loop = loop;
    this.configuration = KafkaProperties.of(bootstrapServers, propertiesFile);
    this.deadLetters = new DeadLetters(configuration, deadLettersTopic, metrics);
    this.storage =
        new SignatureStorage(
            evaluator, quarantine, deadLetters, loop, held, this::pauseBeforeRetry);
    this.latency =
        Timer.builder("connectome.signature.evaluation")
            .description("from the publication of a signature until policies have evaluated it")
            .publishPercentileHistogram()
            .register(metrics);
    Gauge.builder("connectome.signatures.lag", this, SignatureConsumer::lag)
        .description("signatures on this controller's partitions that it has not read")
        .register(metrics);
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

  public void start() {
    thread.start();
  }

  /** How many records are on this controller's partitions that it has not read. */
  public long lag() {
    return lag;
  }

  private void run() {
    loop.watch(
        () -> {
          while (!closed) {
            try {
              consume();
            } catch (WakeupException | InterruptException e) {
              LOG.debug("consumer woken");
            } catch (RuntimeException e) {
              loop.failed(e);
              pause(Duration.ofSeconds(1));
            }
          }
          // Who ends the loop interrupts it, and would interrupt the close as well, which is
          // bounded.
          var unused = Thread.interrupted();
          deadLetters.close();
        });
  }

  private void consume() {
    try (var consumer =
        new KafkaConsumer<>(
            configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      storage.forget(held.partitions());
      var unused = held.takeRewinds();
      consumer.subscribe(List.of(topic), forgetting());
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_TIMEOUT);
        Set<TopicPartition> read = held.partitions();
        read.addAll(records.partitions());
        if (!records.isEmpty()) {
          process(records);
        }
        storage.retry();
        // Records that are read twice change nothing.
        held.takeRewinds().forEach(consumer::seek);
        deadLetters.flush();
        if (!read.isEmpty()) {
          read.retainAll(consumer.assignment());
          // A later commit makes up for one that fails.
          consumer.commitAsync(
              held.committable(
                  read.stream()
                      .collect(
                          Collectors.toMap(
                              Function.identity(), partition -> consumer.position(partition)))),
              null);
        }
        lag =
            consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
        loop.succeeded();
      }
    }
  }

  /** Records of partitions that are given away are read again by whoever gets them. */
  private ConsumerRebalanceListener forgetting() {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        storage.forget(partitions);
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        // Reading begins where it was committed.
      }
    };
  }

  private void process(ConsumerRecords<byte[], byte[]> records) {
    List<Held> signatures = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        signatures.add(new Held(ReceivedSignature.of(record.value()), record));
      } catch (IllegalArgumentException | NullPointerException e) {
        deadLetters.send(record, "MALFORMED", String.valueOf(e.getMessage()));
      }
    }
    storage.store(signatures);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      latency.record(
          Math.max(0, System.currentTimeMillis() - record.timestamp()), TimeUnit.MILLISECONDS);
    }
  }

  private void pauseBeforeRetry(Duration duration) {
    pause(duration);
    if (closed) {
      throw new WakeupException();
    }
  }

  private void pause(Duration duration) {
    try {
      TimeUnit.MILLISECONDS.sleep(duration.toMillis());
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
