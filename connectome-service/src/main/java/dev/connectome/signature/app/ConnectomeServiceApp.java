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

/** Starts and stops the streams with the process and reports their state to gRPC health. */
@ApplicationScoped
public class ConnectomeServiceApp {

  private final GrpcHealthStorage grpcHealth;
  private final StreamsLifecycle lifecycle;

  public ConnectomeServiceApp(
      ConnectomeSettings settings, MeterRegistry registry, GrpcHealthStorage grpcHealth) {
    this.grpcHealth = grpcHealth;
    this.lifecycle =
        new StreamsLifecycle(settings, new PipelineMeters(registry), this::updateGrpcHealth);
    StreamsMeters.register(registry, lifecycle::metrics);
  }

  public ServicePhase phase() {
    return lifecycle.phase();
  }

  void start(@Observes StartupEvent event) {
    updateGrpcHealth(lifecycle.phase());
    lifecycle.start();
  }

  void stop(@Observes ShutdownEvent event) {
    lifecycle.close();
  }

  private void updateGrpcHealth(ServicePhase phase) {
    ServingStatus status = phase.isReady() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    grpcHealth.setStatus(GrpcHealthStorage.DEFAULT_SERVICE_NAME, status);
    grpcHealth.setStatus(ActivationIngestServiceGrpc.SERVICE_NAME, status);
  }
}
