package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.metrics.PipelineMeters;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/**
 * Sends records that cannot be processed to the dead-letters topic: key, value and headers
 * unchanged as far as they fit, see {@link Excerpt}, with additional headers for the error and the
 * record's position. Each is counted; repeated errors are logged at a limited rate.
 */
final class DeadLetters {

  private static final Logger LOG = Logger.getLogger(DeadLetters.class);
  private static final int MAX_MESSAGE_LENGTH = 1000;

  /** Each kind of error is logged at most once in this time. */
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final ProcessorContext<byte[], byte[]> context;
  private final PipelineMeters meters;
  private final Map<Enum<?>, LastLogged> lastLogged = new HashMap<>();

  /** When an error was last logged, and how many records had it since. */
  private record LastLogged(long millis, long suppressed) {}

  DeadLetters(ProcessorContext<byte[], byte[]> context, PipelineMeters meters) {
    this.context = context;
    this.meters = meters;
  }

  void send(Record<byte[], byte[]> record, Enum<?> error, String message) {
    String text =
        message.length() <= MAX_MESSAGE_LENGTH ? message : message.substring(0, MAX_MESSAGE_LENGTH);
    Excerpt excerpt = Excerpt.of(record);
    Headers headers = excerpt.headers();
    put(headers, "connectome-error", error.name());
    put(headers, "connectome-error-message", text);
    Optional<RecordMetadata> position = context.recordMetadata();
    position.ifPresent(
        at -> {
          put(headers, "connectome-topic", at.topic());
          put(headers, "connectome-partition", Integer.toString(at.partition()));
          put(headers, "connectome-offset", Long.toString(at.offset()));
        });
    context.forward(
        new Record<>(excerpt.key(), excerpt.value(), context.currentSystemTimeMs(), headers),
        SignatureTopology.DEAD_LETTERS);
    meters.countDeadLetter(error);
    log(error, position, text);
  }

  private void log(Enum<?> error, Optional<RecordMetadata> position, String text) {
    long now = context.currentSystemTimeMs();
    LastLogged last = lastLogged.get(error);
    if (last != null && now - last.millis() < LOG_INTERVAL.toMillis()) {
      lastLogged.put(error, new LastLogged(last.millis(), last.suppressed() + 1));
      return;
    }
    lastLogged.put(error, new LastLogged(now, 0));
    LOG.warn(
        "record sent to dead letters error=%s partition=%d offset=%d message=%s%s"
            .formatted(
                error,
                position.map(RecordMetadata::partition).orElse(-1),
                position.map(RecordMetadata::offset).orElse(-1L),
                text,
                last == null || last.suppressed() == 0
                    ? ""
                    : " (and %d more of this error since the last such line)"
                        .formatted(last.suppressed())));
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(UTF_8));
  }

  /** Errors that are not defects of the record. */
  enum ProcessingError {
    /** Processing the record failed unexpectedly; the log has the details. */
    PROCESSING_FAILED,
    /** The snapshot that the record completes does not fit into the memory of this process. */
    OUT_OF_MEMORY
  }
}
