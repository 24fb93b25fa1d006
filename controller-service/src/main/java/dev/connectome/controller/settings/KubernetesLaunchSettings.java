package dev.connectome.controller.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Trainers as Kubernetes Jobs. The cluster is configured as for any Kubernetes client: by the pod's
 * service account, {@code KUBECONFIG} or {@code quarkus.kubernetes-client.*}.
 */
public interface KubernetesLaunchSettings {

  @WithDefault("false")
  boolean enabled();

  /** Namespace of the Jobs; the client's own if unset. */
  Optional<String> namespace();

  /** The controller's address for trainers, host:port. Required if enabled. */
  Optional<String> controllerEndpoint();

  /** Trainer image of runs that name none. */
  Optional<String> image();

  /** Kueue queue of runs that name none. */
  Optional<String> queue();

  /** Persistent volume claim with the data of runs that name none. */
  Optional<String> dataClaim();

  /**
   * Persistent volume claim for the checkpoints of runs that name none. Must allow access from
   * several nodes.
   */
  Optional<String> checkpointClaim();

  /** Secret whose {@code client.properties} configures the trainers' Kafka clients. */
  Optional<String> kafkaSecret();

  /** File with a batch/v1 Job that is merged into the built-in one. */
  Optional<Path> jobTemplate();

  /** How many runs may have a Job at the same time, including those in the cluster's queues. */
  @WithDefault("1000")
  int maxConcurrentRuns();

  /** How long a finished Job and its log are kept. */
  @WithDefault("15m")
  Duration keepFinished();

  /** Maximum rate of requests to the API server, per second. */
  @WithDefault("50")
  double requestsPerSecond();
}
