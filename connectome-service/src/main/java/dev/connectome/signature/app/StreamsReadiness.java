package dev.connectome.signature.app;

import dev.connectome.signature.stream.ServicePhase;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Succeeds while signatures are being computed. */
@Readiness
@ApplicationScoped
public class StreamsReadiness implements HealthCheck {

  private final ConnectomeServiceApp service;

  public StreamsReadiness(ConnectomeServiceApp service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    ServicePhase phase = service.phase();
    return HealthCheckResponse.named("streams")
        .status(phase.isReady())
        .withData("phase", phase.kind().name())
        .withData("detail", phase.detail())
        .build();
  }
}
