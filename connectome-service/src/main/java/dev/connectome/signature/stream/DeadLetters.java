package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.metrics.PipelineMeters;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/**
 * Sends records that cannot be processed to the dead-letters topic: key, value and headers as they
 * came, and headers that say what is wrong and where they stood. Each is counted; the log has one
 * line for many of the same error.
 */
final class DeadLetters {

  private static final Logger LOG = Logger.getLogger(DeadLetters.class);
  private static final int MAX_MESSAGE_LENGTH = 1000;

  /** One line for each error in this time: whoever sends nonsense may send much of it. */
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  private final ProcessorContext<byte[], byte[]> context;
  private final PipelineMeters meters;
  private final Map<Enum<?>, Logged> logged = new HashMap<>();

  /**
   * That an error was logged.
   *
   * @param millis when
   * @param since how many records had it afterwards
   */
  private record Logged(long millis, long since) {}

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
    log(error, origin, text);
  }

  private void log(Enum<?> error, Optional<RecordMetadata> origin, String text) {
    long now = context.currentSystemTimeMs();
    Logged before = logged.get(error);
    if (before != null && now - before.millis() < LOG_EVERY.toMillis()) {
      logged.put(error, new Logged(before.millis(), before.since() + 1));
      return;
    }
    logged.put(error, new Logged(now, 0));
    LOG.warn(
        "record sent to dead letters error=%s partition=%d offset=%d message=%s%s"
            .formatted(
                error,
                origin.map(RecordMetadata::partition).orElse(-1),
                origin.map(RecordMetadata::offset).orElse(-1L),
                text,
                before == null || before.since() == 0
                    ? ""
                    : " (and %d more of this error since the last such line)"
                        .formatted(before.since())));
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
