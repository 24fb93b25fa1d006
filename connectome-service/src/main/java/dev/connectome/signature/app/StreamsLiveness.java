package dev.connectome.signature.app;

import dev.connectome.signature.stream.ServicePhase;
import dev.connectome.signature.stream.ServicePhase.Kind;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Fails if only a restart of the process can help. */
@Liveness
@ApplicationScoped
public class StreamsLiveness implements HealthCheck {

  private final ConnectomeServiceApp service;

  public StreamsLiveness(ConnectomeServiceApp service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    ServicePhase phase = service.phase();
    return HealthCheckResponse.named("streams")
        .status(phase.kind() != Kind.FAILED)
        .withData("phase", phase.kind().name())
        .withData("detail", phase.detail())
        .build();
  }
}
