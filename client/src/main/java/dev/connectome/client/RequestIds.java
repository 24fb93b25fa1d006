package dev.connectome.client;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import java.util.UUID;

/**
 * Gives every request that may have a {@code request_id} a new one, unless the caller has: when gRPC
 * repeats the call, the controller knows it again.
 */
final class RequestIds implements ClientInterceptor {

  private static final String FIELD = "request_id";

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      @SuppressWarnings("unchecked") // The same type with one more field.
      public void sendMessage(Q request) {
        super.sendMessage(request instanceof Message message ? (Q) identified(message) : request);
      }
    };
  }

  private static Message identified(Message request) {
    FieldDescriptor field = request.getDescriptorForType().findFieldByName(FIELD);
    return field == null || !request.getField(field).equals("")
        ? request
        : request.toBuilder().setField(field, UUID.randomUUID().toString()).build();
  }
}
