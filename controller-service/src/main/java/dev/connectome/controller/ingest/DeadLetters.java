package dev.connectome.controller.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends signature records that are passed over to the dead-letters topic: key, value and headers
 * unchanged, with additional headers for the reason and the record's position. A record that the
 * topic does not take is named in the log; it stays where it was read.
 */
final class DeadLetters implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
  private static final int MAX_MESSAGE_LENGTH = 1_000;

  private final Map<String, Object> configuration;
  private final String topic;
  private final MeterRegistry metrics;
  private final List<Sent> sent = new ArrayList<>();
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  private record Sent(ConsumerRecord<byte[], byte[]> record, Future<RecordMetadata> result) {}

  DeadLetters(Map<String, Object> client, String topic, MeterRegistry metrics) {
    this.configuration = new HashMap<>(client);
    this.topic = topic;
    this.metrics = metrics;
    configuration.put(ProducerConfig.ACKS_CONFIG, "all");
    configuration.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    configuration.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    configuration.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    configuration.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 * 1024 * 1024);
  }

  /** Begins to send a record; {@link #flush} ends it. */
  void send(ConsumerRecord<byte[], byte[]> record, String reason, String problem) {
    String message =
        problem.length() <= MAX_MESSAGE_LENGTH ? problem : problem.substring(0, MAX_MESSAGE_LENGTH);
    Counter.builder("connectome.signatures.malformed")
        .description("records on the signatures topic that were passed over, by reason")
        .tag("reason", reason)
        .register(metrics)
        .increment();
    LOG.warn(
        "signature record passed over reason={} topic={} partition={} offset={} problem=\"{}\"",
        reason,
        record.topic(),
        record.partition(),
        record.offset(),
        message);
    Headers headers = new RecordHeaders(record.headers());
    put(headers, "connectome-error", reason);
    put(headers, "connectome-error-message", message);
    put(headers, "connectome-topic", record.topic());
    put(headers, "connectome-partition", Integer.toString(record.partition()));
    put(headers, "connectome-offset", Long.toString(record.offset()));
    try {
      sent.add(
          new Sent(
              record,
              producer()
                  .send(new ProducerRecord<>(topic, null, record.key(), record.value(), headers))));
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      notSent(record, e);
    }
  }

  /** Waits until the records are sent or cannot be. */
  void flush() {
    for (Sent one : sent) {
      try {
        one.result().get();
      } catch (ExecutionException e) {
        notSent(one.record(), e.getCause());
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    sent.clear();
  }

  private void notSent(ConsumerRecord<byte[], byte[]> record, @Nullable Throwable why) {
    LOG.error(
        "record not sent to dead letters topic={} partition={} offset={} error=\"{}\"",
        record.topic(),
        record.partition(),
        record.offset(),
        why);
  }

  private KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(UTF_8));
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(java.time.Duration.ofSeconds(1));
    }
  }
}
