package dev.connectome.controller.app;

import dev.connectome.controller.login.PageSessions;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.Store;
import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Authentication;
import dev.connectome.identity.server.Door;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.Prioritized;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Wires who may call. */
@ApplicationScoped
public class IdentityBeans {

  @Produces
  @Singleton
  Authentication authentication(
      ControllerSettings settings,
      @ConfigProperty(name = "quarkus.grpc.server.host") String grpcAddress,
      @ConfigProperty(name = "quarkus.http.host") String httpAddress) {
    return authentication(settings, List.of(grpcAddress, httpAddress));
  }

  static Authentication authentication(ControllerSettings settings, List<String> addresses) {
    return InvalidSettings.check(
        () ->
            Authentication.of(settings.auth().enabled(), settings.auth().tokensFile(), addresses));
  }

  @Produces
  @Singleton
  Audit audit() {
    return new Audit(InstantSource.system());
  }

  @Produces
  @Singleton
  PageSessions pageSessions(
      Authentication authentication, Store store, ControllerSettings settings) {
    return new PageSessions(
        authentication, store, InstantSource.system(), settings.auth().sessionScope().orElse(""));
  }

  /** The door of the gRPC server. */
  @GlobalInterceptor
  @ApplicationScoped
  public static class First implements ServerInterceptor, Prioritized {

    private final Door door;

    public First(Authentication authentication, Audit audit) {
      this.door = Door.of(authentication, audit);
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
}
