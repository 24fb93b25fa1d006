package dev.connectome.signature.stream;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The trace context of a record in the headers of W3C Trace Context and Baggage, as OpenTelemetry
 * uses them. It is copied from the batch that completes or closes a snapshot to the snapshot's
 * record, so that a trace leads from the trainer to the reader of the signature.
 */
public final class TraceHeaders {

  public static final List<String> NAMES = List.of("traceparent", "tracestate", "baggage");

  private TraceHeaders() {}

  /** A copy of the trace headers; those that no tracer makes so long are left out. */
  static Headers of(Headers headers) {
    Headers context = new RecordHeaders();
    for (String name : NAMES) {
      Header header = headers.lastHeader(name);
      if (header != null && Excerpt.isSmall(header)) {
        context.add(header);
      }
    }
    return context;
  }
}
