package dev.connectome.controller.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.protos.activation.v1.ActivationRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
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
 * Writes activation records to the broker, in the order in which they were given. What waits for
 * the broker is bounded; what does not fit is refused, and its trainer sends it again.
 */
public final class ActivationRelay implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ActivationRelay.class);

  /** Bytes that may wait for the broker: an eighth of the memory of a small controller. */
  static final int CAPACITY = 32 << 20;

  /** What a record takes besides its values. */
  private static final int OVERHEAD = 16 << 10;

  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

  /** How long nothing is sent after the broker was not reached: to try takes a while. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Map<String, Object> configuration;
  private final String topic;
  private final Semaphore capacity = new Semaphore(CAPACITY);
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "activation-relay");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Producer<byte[], byte[]> producer;
  private volatile boolean away;
  private volatile long awayUntil;

  /** {@code client}: the connection to the broker. */
  public ActivationRelay(Map<String, Object> client, String topic) {
    this.configuration = new HashMap<>(client);
    this.topic = topic;
    configuration.put(ProducerConfig.ACKS_CONFIG, "all");
    configuration.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    configuration.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * CAPACITY);
    configuration.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
    configuration.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    configuration.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) SEND_TIMEOUT.toMillis());
  }

  /**
   * Completes once the broker has stored the record. Fails with a {@link RunException} if it was
   * not stored, or not for certain: to send it again does no harm.
   *
   * @param bytes about the size of the record
   * @param record makes it, on the thread of the relay
   */
  CompletableFuture<Void> send(UUID runUid, int bytes, Supplier<ActivationRecord> record) {
    var sent = new CompletableFuture<Void>();
    if (away && System.nanoTime() - awayUntil < 0) {
      sent.completeExceptionally(notStored());
      return sent;
    }
    int held = Math.min(CAPACITY, bytes + OVERHEAD);
    if (!capacity.tryAcquire(held)) {
      sent.completeExceptionally(
          new RunException(
              RunException.Kind.BUSY,
              "more activations arrive than the broker takes; send them again a little later"));
      return sent;
    }
    sent.whenComplete((stored, failure) -> capacity.release(held));
    try {
      sender.execute(() -> send(runUid, record, sent));
    } catch (RejectedExecutionException e) {
      sent.completeExceptionally(
          new RunException(RunException.Kind.SHUTTING_DOWN, "the controller is shutting down"));
    }
    return sent;
  }

  private void send(UUID runUid, Supplier<ActivationRecord> record, CompletableFuture<Void> sent) {
    try {
      producer()
          .send(
              new ProducerRecord<>(
                  topic, runUid.toString().getBytes(UTF_8), record.get().toByteArray()),
              (metadata, failure) -> complete(sent, failure));
    } catch (KafkaException | IllegalStateException e) {
      complete(sent, e);
    } catch (RuntimeException e) {
      sent.completeExceptionally(e);
    }
  }

  private void complete(CompletableFuture<Void> sent, @Nullable Exception failure) {
    if (failure == null) {
      if (away) {
        away = false;
        LOG.info("broker takes activations again");
      }
      sent.complete(null);
      return;
    }
    awayUntil = System.nanoTime() + PAUSE.toNanos();
    if (!away) {
      away = true;
      LOG.warn("activations not stored, trainers repeat them error=\"{}\"", failure.toString());
    }
    sent.completeExceptionally(notStored());
  }

  private static RunException notStored() {
    return new RunException(
        RunException.Kind.BROKER_AWAY,
        "the broker did not confirm that it has stored this; send it again");
  }

  /** Created with the first record: the broker's name may not resolve before. */
  private Producer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  /** What waits is not stored; its trainers send it again. */
  @Override
  public synchronized void close() {
    if (sender.isShutdown()) {
      return;
    }
    sender.execute(
        () -> {
          if (producer != null) {
            producer.close(Duration.ofSeconds(1));
          }
        });
    sender.shutdown();
  }
}
