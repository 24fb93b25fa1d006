package dev.connectome.signature.app;

import dev.connectome.protos.activation.v1.ActivationIngestServiceGrpc;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.metrics.StreamsMeters;
import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.stream.ServicePhase;
import dev.connectome.signature.stream.StreamsLifecycle;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.grpc.runtime.health.GrpcHealthStorage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Starts the streams with the process and ends them with it; tells gRPC's health service how they
 * are.
 */
@ApplicationScoped
public class ConnectomeServiceApp {

  private final GrpcHealthStorage grpcHealth;
  private final StreamsLifecycle lifecycle;

  /**
   * Wires the service.
   *
   * @param settings the settings
   * @param registry where meters are registered
   * @param grpcHealth what gRPC's health service answers
   */
  public ConnectomeServiceApp(
      ConnectomeSettings settings, MeterRegistry registry, GrpcHealthStorage grpcHealth) {
    this.grpcHealth = grpcHealth;
    this.lifecycle =
        new StreamsLifecycle(settings, new PipelineMeters(registry), this::tellGrpcHealth);
    StreamsMeters.register(registry, lifecycle::metrics);
  }

  /**
   * Where the service is.
   *
   * @return the phase
   */
  public ServicePhase phase() {
    return lifecycle.phase();
  }

  void start(@Observes StartupEvent event) {
    tellGrpcHealth(lifecycle.phase());
    lifecycle.start();
  }

  void stop(@Observes ShutdownEvent event) {
    lifecycle.close();
  }

  private void tellGrpcHealth(ServicePhase phase) {
    ServingStatus status = phase.isReady() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    grpcHealth.setStatus(GrpcHealthStorage.DEFAULT_SERVICE_NAME, status);
    grpcHealth.setStatus(ActivationIngestServiceGrpc.SERVICE_NAME, status);
  }
}
