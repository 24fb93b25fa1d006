package dev.connectome.signature.stream;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The trace context of a record, in the headers in which OpenTelemetry carries it (W3C Trace
 * Context and Baggage). It is handed on from the batch that completes or closes a snapshot to the
 * snapshot's record, so that a trace leads from the trainer to whoever reads the signature.
 */
public final class TraceHeaders {

  /** The names of the headers. */
  public static final List<String> NAMES = List.of("traceparent", "tracestate", "baggage");

  private TraceHeaders() {}

  /**
   * Picks the trace context out of all headers of a record.
   *
   * @param headers the record's headers
   * @return fresh headers with the context; empty if there is none
   */
  static Headers of(Headers headers) {
    Headers context = new RecordHeaders();
    for (String name : NAMES) {
      Header header = headers.lastHeader(name);
      if (header != null) {
        context.add(header);
      }
    }
    return context;
  }
}
