package dev.connectome.controller.ingest;

import static java.util.Objects.requireNonNull;

import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import dev.connectome.controller.lifecycle.Refusal;
import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.store.DatabaseFault;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes signatures from Kafka: poll, store and evaluate the batch, commit the offsets. Every
 * error of the database is retried; records that are malformed, refused or cannot be stored go to
 * the dead-letters topic.
 */
public final class SignatureConsumer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SignatureConsumer.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final int MAX_POLL_RECORDS = 100;
  private static final Backoff RETRY = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private final PolicyEvaluator evaluator;
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
      String bootstrapServers,
      String topic,
      String groupId,
      Optional<String> groupInstanceId,
      Optional<Path> propertiesFile,
      String deadLettersTopic,
      Loop loop,
      MeterRegistry metrics) {
    this.evaluator = evaluator;
    this.topic = topic;
    this.loop = loop;
    this.configuration = KafkaProperties.of(bootstrapServers, propertiesFile);
    this.deadLetters = new DeadLetters(configuration, deadLettersTopic, metrics);
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
      consumer.subscribe(List.of(topic));
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL_TIMEOUT);
        if (!records.isEmpty()) {
          process(records);
          // A later commit makes up for one that fails; records that are read twice change nothing.
          consumer.commitAsync();
        }
        lag =
            consumer.assignment().stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
        loop.succeeded();
      }
    }
  }

  private void process(ConsumerRecords<byte[], byte[]> records) {
    Map<ReceivedSignature, ConsumerRecord<byte[], byte[]>> origins = new IdentityHashMap<>();
    List<ReceivedSignature> signatures = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        ReceivedSignature signature = ReceivedSignature.of(record.value());
        origins.put(signature, record);
        signatures.add(signature);
      } catch (IllegalArgumentException | NullPointerException e) {
        deadLetters.send(record, "MALFORMED", String.valueOf(e.getMessage()));
      }
    }
    store(signatures, origins);
    deadLetters.flush();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      latency.record(
          Math.max(0, System.currentTimeMillis() - record.timestamp()), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Stores until everything is stored, refused or passed over. Errors of the database are retried;
   * a run whose records cannot be stored keeps nobody else's waiting.
   */
  private void store(
      List<ReceivedSignature> signatures,
      Map<ReceivedSignature, ConsumerRecord<byte[], byte[]>> origins) {
    List<List<ReceivedSignature>> pending = signatures.isEmpty() ? List.of() : List.of(signatures);
    for (int round = 1; !pending.isEmpty(); round++) {
      if (closed) {
        throw new WakeupException();
      }
      List<List<ReceivedSignature>> failed = new ArrayList<>();
      boolean retry = false;
      boolean isDown = false;
      for (List<ReceivedSignature> group : pending) {
        if (isDown) {
          failed.add(group);
          continue;
        }
        try {
          for (Refusal refusal : evaluator.accept(group).refused()) {
            deadLetters.send(
                requireNonNull(origins.get(refusal.signature())),
                refusal.reason().name(),
                refusal.problem());
          }
        } catch (RuntimeException e) {
          boolean retryable = DatabaseFault.isRetryable(e);
          List<List<ReceivedSignature>> runs = byRun(group);
          if (retryable || runs.size() > 1) {
            failed.addAll(runs);
          } else {
            LOG.error("signatures not stored runId={}", group.get(0).runUid(), e);
            group.forEach(
                signature ->
                    deadLetters.send(
                        requireNonNull(origins.get(signature)), "NOT_STORED", e.toString()));
          }
          if (retryable) {
            retry = true;
            loop.failed(e);
            isDown = DatabaseFault.of(e).filter(DatabaseFault::isForAll).isPresent();
          }
        }
      }
      pending = failed;
      if (retry) {
        pause(RETRY.delay(round, ThreadLocalRandom.current()));
      }
    }
  }

  private static List<List<ReceivedSignature>> byRun(List<ReceivedSignature> signatures) {
    return List.copyOf(
        signatures.stream()
            .collect(
                Collectors.groupingBy(
                    ReceivedSignature::runUid, LinkedHashMap::new, Collectors.toList()))
            .values());
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
