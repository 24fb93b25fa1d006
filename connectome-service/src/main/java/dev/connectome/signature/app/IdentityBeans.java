package dev.connectome.signature.app;

import dev.connectome.identity.server.Authentication;
import dev.connectome.signature.settings.ConnectomeSettings;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Wires who may call. */
@ApplicationScoped
public class IdentityBeans {

  @Produces
  @Singleton
  Authentication authentication(
      ConnectomeSettings settings,
      @ConfigProperty(name = "quarkus.grpc.server.host") String address) {
    try {
      return Authentication.of(
          settings.auth().enabled(), settings.auth().tokensFile(), List.of(address));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage());
    }
  }

  /** A service that nobody could call, or anybody, does not start. */
  void check(@Observes StartupEvent event, Authentication authentication) {}
}
