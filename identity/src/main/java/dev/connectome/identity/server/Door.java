package dev.connectome.identity.server;

import dev.connectome.identity.Access;
import dev.connectome.identity.Decision;
import dev.connectome.identity.Principal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lets a call in if who calls may make it, before anything of it is read. The first of all
 * interceptors of a server.
 */
public final class Door implements ServerInterceptor {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Principal> CALLER = Context.key("principal");

  private final Function<Metadata, Optional<Principal>> who;
  private final Audit audit;

  /**
   * @param who tells who calls by the headers of the call
   */
  public Door(Function<Metadata, Optional<Principal>> who, Audit audit) {
    this.who = who;
    this.audit = audit;
  }

  /** A door that asks for the header {@code authorization}. */
  public static Door of(Authentication authentication, Audit audit) {
    return new Door(headers -> authentication.who(Bearer.token(headers.get(AUTHORIZATION))), audit);
  }

  /** Who makes the call on this thread; empty outside of a call, and for one that is open. */
  public static Optional<Principal> caller() {
    return Optional.ofNullable(CALLER.get());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Optional<Principal> principal = who.apply(headers);
    Decision decision = Access.decide(principal, method);
    if (!(decision instanceof Decision.Allowed allowed)) {
      StatusRuntimeException refusal = Refusals.of(decision);
      audit.denied(principal, method, from(call), refusal.getStatus().getCode().name());
      call.close(
          refusal.getStatus(), Objects.requireNonNullElseGet(refusal.getTrailers(), Metadata::new));
      return new ServerCall.Listener<>() {};
    }
    if (principal.isEmpty()) {
      return next.startCall(call, headers);
    }
    Context caller = Context.current().withValue(CALLER, principal.get());
    return allowed.need().changes()
        ? audited(call, headers, next, caller, principal.get())
        : Contexts.interceptCall(caller, call, headers, next);
  }

  private <Q, A> ServerCall.Listener<Q> audited(
      ServerCall<Q, A> call,
      Metadata headers,
      ServerCallHandler<Q, A> next,
      Context caller,
      Principal principal) {
    var subject = new String[] {""};
    var observed =
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            audit.done(
                principal,
                call.getMethodDescriptor().getFullMethodName(),
                subject[0],
                from(call),
                status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(caller, observed, headers, next)) {
      @Override
      public void onMessage(Q message) {
        subject[0] = Audit.subject(message);
        super.onMessage(message);
      }
    };
  }

  private static String from(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            instanceof InetSocketAddress address
        ? address.toString()
        : "http";
  }
}
