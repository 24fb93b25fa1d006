package dev.connectome.controller.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Trainers as Kubernetes Jobs. How the cluster is reached is said as for any Kubernetes client: by
 * the pod's service account, by {@code KUBECONFIG}, or by {@code quarkus.kubernetes-client.*}.
 */
public interface KubernetesLaunchSettings {

  /**
   * Whether this controller starts Jobs.
   *
   * @return whether it does
   */
  @WithDefault("false")
  boolean enabled();

  /**
   * Where Jobs are.
   *
   * @return the namespace; the client's own if empty
   */
  Optional<String> namespace();

  /**
   * Where trainers find the controller; required if enabled.
   *
   * @return host:port
   */
  Optional<String> controllerEndpoint();

  /**
   * The trainer's image, for runs that name none.
   *
   * @return the image
   */
  Optional<String> image();

  /**
   * The Kueue queue, for runs that name none.
   *
   * @return the queue
   */
  Optional<String> queue();

  /**
   * The persistent volume claim with data, for runs that name none.
   *
   * @return the claim
   */
  Optional<String> dataClaim();

  /**
   * The persistent volume claim for checkpoints, for runs that name none. Several pods on several
   * nodes use it.
   *
   * @return the claim
   */
  Optional<String> checkpointClaim();

  /**
   * A Secret whose {@code client.properties} the trainers' Kafka clients use.
   *
   * @return its name
   */
  Optional<String> kafkaSecret();

  /**
   * A file with a batch/v1 Job that is laid over the product's own, for whatever else the cluster
   * wants.
   *
   * @return the file
   */
  Optional<Path> jobTemplate();

  /**
   * How many runs may have a Job at once, those that wait in the cluster's queues included.
   *
   * @return the number
   */
  @WithDefault("1000")
  int maxConcurrentRuns();

  /**
   * How long a finished Job, and with it the log, is kept.
   *
   * @return the time
   */
  @WithDefault("15m")
  Duration keepFinished();

  /**
   * Requests to the API server at most.
   *
   * @return how many a second
   */
  @WithDefault("50")
  double requestsPerSecond();
}
