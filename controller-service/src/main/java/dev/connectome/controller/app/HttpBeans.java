package dev.connectome.controller.app;

import dev.connectome.controller.api.TrainerRegistryApi;
import dev.connectome.controller.api.TrainerReportApi;
import dev.connectome.controller.api.TrainingRunApi;
import dev.connectome.controller.http.HostCheck;
import dev.connectome.controller.http.HttpDoor;
import dev.connectome.controller.http.HttpGateway;
import dev.connectome.controller.http.SessionRoutes;
import dev.connectome.controller.login.PageSessions;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.web.PageFiles;
import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Authentication;
import io.quarkus.grpc.GrpcService;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Serves the gRPC services and the page on the HTTP port. */
@ApplicationScoped
public class HttpBeans {

  @Produces
  @Singleton
  HttpGateway gateway(
      @GrpcService TrainingRunApi runs,
      @GrpcService TrainerRegistryApi trainers,
      @GrpcService TrainerReportApi reports,
      Audit audit,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    return new HttpGateway(List.of(runs, trainers, reports), version, audit);
  }

  void mount(
      @Observes Router router,
      HttpGateway gateway,
      ControllerSettings settings,
      Authentication authentication,
      PageSessions sessions,
      Audit audit,
      @ConfigProperty(name = "quarkus.http.host") String address) {
    hostCheck(settings, address).ifPresent(check -> check.mount(router));
    new HttpDoor(authentication, sessions, audit).mount(router);
    new SessionRoutes(sessions, audit).mount(router);
    gateway.mount(router);
    new PageFiles().mount(router);
  }

  static Optional<HostCheck> hostCheck(ControllerSettings settings, String address) {
    return InvalidSettings.check(
        () -> HostCheck.of(address, settings.http().allowedHosts().orElse(List.of())));
  }

  void stop(@Observes ShutdownEvent event, HttpGateway gateway) {
    gateway.close();
  }
}
