package dev.connectome.trainer.publish;

import dev.connectome.protos.activation.v1.ActivationRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records to the activations topic, all with the run as their key. Used by one thread; {@link
 * #close} may be called by any, which then has to interrupt that thread.
 */
final class RecordSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RecordSender.class);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(20);
  private static final long BACKOFF_MILLIS = 200;

  /** Before a new producer connects again. */
  private static final long REPLACEMENT_BACKOFF_MILLIS = 1_000;

  /**
   * Lets the operating system size the socket buffer, so that a snapshot is sent in few steps: each
   * step may take the processor from the training.
   */
  private static final int OS_DEFAULT = -1;

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final String topic;
  private final byte[] key;

  /** What was last said to be wrong; empty if nothing is. */
  private String problem = "";

  private boolean closed;
  private @Nullable Producer<byte[], byte[]> producer;

  RecordSender(
      String bootstrapServers, Map<String, String> properties, String topic, String runUid) {
    this(
        () ->
            new KafkaProducer<>(
                configuration(bootstrapServers, properties),
                new ByteArraySerializer(),
                new ByteArraySerializer()),
        topic,
        runUid);
  }

  RecordSender(Supplier<Producer<byte[], byte[]>> producers, String topic, String runUid) {
    this.producers = producers;
    this.topic = topic;
    this.key = runUid.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> configuration(
      String bootstrapServers, Map<String, String> properties) {
    Map<String, Object> configuration = new HashMap<>(properties);
    configuration.putIfAbsent(ProducerConfig.SEND_BUFFER_CONFIG, OS_DEFAULT);
    configuration.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    configuration.put(ProducerConfig.ACKS_CONFIG, "all");
    configuration.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    configuration.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L);
    configuration.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    configuration.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) SEND_TIMEOUT.toMillis());
    return configuration;
  }

  /**
   * Connects early, because a training that is still being prepared can spare the time better than
   * one that runs. An unreachable broker is reported with the first send.
   */
  void connect() throws InterruptedException {
    try {
      LOG.debug("topic found partitions={}", producer().partitionsFor(topic).size());
    } catch (KafkaException | IllegalStateException e) {
      throwIfInterrupted();
      LOG.debug("topic not found yet error=\"{}\"", e.getMessage());
    }
  }

  /** Created here, not in the constructor: the broker's name may not resolve yet. */
  private Producer<byte[], byte[]> producer() throws InterruptedException {
    synchronized (this) {
      if (producer != null && !closed) {
        return producer;
      }
    }
    Producer<byte[], byte[]> created = producers.get();
    synchronized (this) {
      if (!closed) {
        producer = created;
        return created;
      }
    }
    created.close(Duration.ZERO);
    throw new InterruptedException();
  }

  /**
   * Sends records and waits for their acknowledgements. After a failure it waits for the backoff;
   * after one that the producer does not recover from, the next records go to a new producer.
   *
   * @return whether all were acknowledged
   */
  boolean send(List<ActivationRecord> records) throws InterruptedException {
    try {
      List<Future<?>> acknowledgements = new ArrayList<>();
      for (ActivationRecord record : records) {
        acknowledgements.add(
            producer().send(new ProducerRecord<>(topic, key, record.toByteArray())));
      }
      for (Future<?> acknowledgement : acknowledgements) {
        acknowledgement.get();
      }
      if (!problem.isEmpty()) {
        problem = "";
        LOG.info("broker takes records again");
      }
      return true;
    } catch (ExecutionException | KafkaException | IllegalStateException e) {
      throwIfInterrupted();
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      boolean replaced = !(cause instanceof RetriableException) && discardProducer();
      String now = problem(cause, replaced);
      if (!now.equals(problem)) {
        problem = now;
        LOG.warn("{}, snapshots kept error=\"{}\"", now, cause.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(replaced ? REPLACEMENT_BACKOFF_MILLIS : BACKOFF_MILLIS);
      return false;
    }
  }

  static String problem(Throwable cause, boolean producerReplaced) {
    if (cause instanceof AuthorizationException) {
      return "broker refuses the records, this trainer needs the right to write to the topic";
    }
    if (cause instanceof AuthenticationException) {
      return "broker refuses the credentials of this trainer";
    }
    return producerReplaced ? "producer failed and is replaced" : "broker unreachable";
  }

  /** Whether there was one. */
  private boolean discardProducer() {
    Producer<byte[], byte[]> failed;
    synchronized (this) {
      failed = producer;
      producer = null;
    }
    if (failed != null) {
      failed.close(Duration.ZERO);
    }
    return failed != null;
  }

  /** Kafka's client wraps an interruption in an exception of its own. */
  private static void throwIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    Producer<byte[], byte[]> open;
    synchronized (this) {
      closed = true;
      open = producer;
    }
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }
}
