package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.metrics.PipelineMeters;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/**
 * Sends records that cannot be processed to the dead-letters topic: key, value and headers as they
 * came, and headers that say what is wrong and where they stood.
 */
final class DeadLetters {

  private static final Logger LOG = Logger.getLogger(DeadLetters.class);
  private static final int MAX_MESSAGE_LENGTH = 1000;

  private final ProcessorContext<byte[], byte[]> context;
  private final PipelineMeters meters;

  DeadLetters(ProcessorContext<byte[], byte[]> context, PipelineMeters meters) {
    this.context = context;
    this.meters = meters;
  }

  void send(Record<byte[], byte[]> record, Enum<?> error, String message) {
    String text =
        message.length() <= MAX_MESSAGE_LENGTH ? message : message.substring(0, MAX_MESSAGE_LENGTH);
    Headers headers = new RecordHeaders(record.headers());
    put(headers, "connectome-error", error.name());
    put(headers, "connectome-error-message", text);
    Optional<RecordMetadata> origin = context.recordMetadata();
    origin.ifPresent(
        place -> {
          put(headers, "connectome-topic", place.topic());
          put(headers, "connectome-partition", Integer.toString(place.partition()));
          put(headers, "connectome-offset", Long.toString(place.offset()));
        });
    context.forward(record.withHeaders(headers), SignatureTopology.DEAD_LETTERS);
    meters.deadLetter(error);
    LOG.warnf(
        "record sent to dead letters error=%s partition=%s offset=%s message=%s",
        error,
        origin.map(RecordMetadata::partition).orElse(-1),
        origin.map(RecordMetadata::offset).orElse(-1L),
        text);
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(UTF_8));
  }

  /** Errors that are not the record's own defect. */
  enum ProcessingError {
    /** Processing the record failed in a way that nobody foresaw; the log has the details. */
    PROCESSING_FAILED,
    /** The snapshot that the record completes is too large for this process. */
    OUT_OF_MEMORY
  }
}
