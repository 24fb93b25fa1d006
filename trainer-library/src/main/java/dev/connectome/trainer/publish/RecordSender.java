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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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

  /**
   * Lets the operating system size the socket buffer, so that a snapshot is sent in few steps: each
   * step may take the processor from the training.
   */
  private static final int OS_DEFAULT = -1;

  private final Map<String, Object> configuration;
  private final String topic;
  private final byte[] key;
  private boolean unreachable;
  private boolean closed;
  private @Nullable Producer<byte[], byte[]> producer;

  RecordSender(
      String bootstrapServers, Map<String, String> properties, String topic, String runUid) {
    this.configuration = configuration(bootstrapServers, properties);
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
    Producer<byte[], byte[]> created =
        new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
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
   * Sends records and waits for their acknowledgements. After a failure it waits for the backoff.
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
      if (unreachable) {
        unreachable = false;
        LOG.info("broker reachable again");
      }
      return true;
    } catch (ExecutionException | KafkaException | IllegalStateException e) {
      throwIfInterrupted();
      if (!unreachable) {
        unreachable = true;
        LOG.warn("broker unreachable, snapshots kept error=\"{}\"", e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(BACKOFF_MILLIS);
      return false;
    }
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
