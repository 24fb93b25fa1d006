package dev.connectome.signature.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Writes activation records to their topic. Thread-safe; one producer serves every call. */
final class RecordPublisher implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  RecordPublisher(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Writes a record with the run as its key. {@code onCompletion} runs on the producer's thread; it
   * gets null once the broker has the record, otherwise the error.
   *
   * @throws org.apache.kafka.common.KafkaException if the record cannot be sent
   */
  void publish(
      UUID runUid, byte[] value, List<Header> headers, Consumer<@Nullable Exception> onCompletion) {
    producer.send(
        new ProducerRecord<>(topic, null, runUid.toString().getBytes(UTF_8), value, headers),
        (metadata, error) -> onCompletion.accept(error));
  }

  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
