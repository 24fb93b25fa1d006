package dev.connectome.signature.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.stream.TraceHeaders;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Turns the trace context of a call into headers of the records written for it, so that a trace
 * continues as if the trainer had written them itself.
 */
@ApplicationScoped
public class CallTrace implements ServerInterceptor {

  private static final Context.Key<List<Header>> TRACE =
      Context.keyWithDefault("connectome-trace", List.of());

  /** Made by the container. */
  public CallTrace() {}

  /** The trace context of the call that this thread serves; may be empty. */
  static List<Header> current() {
    return TRACE.get();
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
    Context context = Context.current().withValue(TRACE, traceOf(metadata));
    return Contexts.interceptCall(context, call, metadata, next);
  }

  private static List<Header> traceOf(Metadata metadata) {
    List<Header> trace = new ArrayList<>();
    for (String name : TraceHeaders.NAMES) {
      Iterable<String> values =
          metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      if (values != null) {
        // Repeated headers form one list.
        trace.add(new RecordHeader(name, String.join(",", values).getBytes(UTF_8)));
      }
    }
    return List.copyOf(trace);
  }
}
