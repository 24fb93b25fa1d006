package dev.connectome.controller.api;

import dev.connectome.controller.run.Echo;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers INVALID_ARGUMENT to bytes that are no message of the method. gRPC itself takes them for a
 * fault of the service, and closes the call before any interceptor learns of it.
 */
final class MalformedRequests {

  private static final Logger LOG = LoggerFactory.getLogger(MalformedRequests.class);

  private MalformedRequests() {}

  /** The same service, refusing them. */
  static ServerServiceDefinition refusedBy(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    service.getMethods().forEach(method -> methods.add(refusing(method)));
    var descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var refusing = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(refusing::addMethod);
    return refusing.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> refusing(ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder()
            .setRequestMarshaller(new Lenient<>(descriptor.getRequestMarshaller()))
            .build(),
        refusing(method.getServerCallHandler()));
  }

  private static <Q, A> ServerCallHandler<Q, A> refusing(ServerCallHandler<Q, A> handler) {
    return (call, headers) ->
        new SimpleForwardingServerCallListener<>(handler.startCall(call, headers)) {
          private boolean refused;

          @Override
          public void onMessage(@Nullable Q request) {
            if (request != null) {
              super.onMessage(request);
            } else if (!refused) {
              refused = true;
              refuse(call);
            }
          }

          @Override
          public void onHalfClose() {
            if (!refused) {
              super.onHalfClose();
            }
          }
        };
  }

  private static void refuse(ServerCall<?, ?> call) {
    String method = call.getMethodDescriptor().getFullMethodName();
    LOG.warn(
        "malformed request refused method={} caller=\"{}\"",
        method,
        Echo.cut(CallerInterceptor.current().name(), 64));
    call.close(
        Status.INVALID_ARGUMENT.withDescription(
            "the request of %s is not encoded as its message; make the client from the contract of this release"
                .formatted(method)),
        new Metadata());
  }

  /** Reads null where another one fails. */
  private record Lenient<Q>(MethodDescriptor.Marshaller<Q> marshaller)
      implements MethodDescriptor.Marshaller<Q> {

    @Override
    public InputStream stream(Q request) {
      return marshaller.stream(request);
    }

    @Override
    public @Nullable Q parse(InputStream bytes) {
      try {
        return marshaller.parse(bytes);
      } catch (RuntimeException e) {
        LOG.debug("request cannot be parsed", e);
        return null;
      }
    }
  }
}
