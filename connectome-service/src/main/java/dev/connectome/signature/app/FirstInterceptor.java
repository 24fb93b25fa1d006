package dev.connectome.signature.app;

import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Authentication;
import dev.connectome.identity.server.Door;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.Prioritized;
import java.time.InstantSource;

/** The door of the gRPC server. */
@GlobalInterceptor
@ApplicationScoped
public class FirstInterceptor implements ServerInterceptor, Prioritized {

  private final Door door;

  public FirstInterceptor(Authentication authentication) {
    this.door = Door.of(authentication, new Audit(InstantSource.system()));
  }

  @Override
  public int getPriority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return door.interceptCall(call, headers, next);
  }
}
