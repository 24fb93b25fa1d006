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

/**
 * Writes activation records to their topic. Safe for use by several threads at once; one producer
 * serves every call.
 */
final class RecordPublisher implements AutoCloseable {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  RecordPublisher(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Writes a record.
   *
   * @param runUid the run, which gives the key
   * @param value the record
   * @param headers the record's headers
   * @param whenDone is given null when the broker has the record, else why it has not; called on
   *     the producer's thread
   * @throws org.apache.kafka.common.KafkaException if the record cannot even be sent
   */
  void publish(
      UUID runUid, byte[] value, List<Header> headers, Consumer<@Nullable Exception> whenDone) {
    producer.send(
        new ProducerRecord<>(topic, null, runUid.toString().getBytes(UTF_8), value, headers),
        (metadata, refusal) -> whenDone.accept(refusal));
  }

  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }
}
