package dev.connectome.controller.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trainers as Kubernetes Jobs. The cluster is configured as for any Kubernetes client: by the pod's
 * service account, {@code KUBECONFIG} or {@code quarkus.kubernetes-client.*}.
 */
public interface KubernetesLaunchSettings {

  /** Whether this controller creates Jobs. {@code --launcher kubernetes} sets it. */
  @WithDefault("false")
  boolean enabled();

  /**
   * Namespace of the Jobs of runs that name none. Default: that of the Kubernetes client's context.
   */
  Optional<String> namespace();

  /** Further namespaces in which runs may be, by name; one setting makes a namespace known. */
  Map<String, Tenant> namespaces();

  /** Address at which trainers reach the controller, host:port. Required if enabled. */
  Optional<String> controllerEndpoint();

  /** Address at which trainers reach the controller over HTTP, as in {@code http://host:9480}. */
  Optional<String> controllerUrl();

  /** Trainer image for runs that name none. */
  Optional<String> image();

  /** Kueue queue for runs that name none. */
  Optional<String> queue();

  /** Persistent volume claim with the data, for runs that name none. */
  Optional<String> dataClaim();

  /**
   * Persistent volume claim for checkpoints, for runs that name none. Its access mode must allow
   * several nodes.
   */
  Optional<String> checkpointClaim();

  /** Secret with the {@code client.properties} of the trainers' Kafka clients. */
  Optional<String> kafkaSecret();

  /** Secret whose {@code token}, of role trainer, trainers show to the controller. */
  Optional<String> tokenSecret();

  /** File with any part of a {@code batch/v1} Job; it is merged into the built-in one. */
  Optional<Path> jobTemplate();

  /** Folder with a file NAME.yaml for each runtime, a {@code batch/v1} Job for its trainers. */
  Optional<Path> runtimes();

  /** The most Jobs at the same time, including those that wait in the cluster's queues. */
  @WithDefault("1000")
  int maxConcurrentRuns();

  /** How long a finished Job and its log are kept. */
  @WithDefault("15m")
  Duration keepFinished();

  /** The most requests to the API server per second. */
  @WithDefault("50")
  double requestsPerSecond();

  /**
   * How many devices, GPUs and others, a run may have in {@code namespace}, all its pods together.
   */
  @WithDefault("1000000")
  int maxDevices();

  Allow allow();

  /** What runs in a further namespace may have. */
  interface Tenant {

    /** How many devices, GPUs and others, a run may have, all its pods together. */
    @WithDefault("1000000")
    int maxDevices();

    Allow allow();
  }

  /**
   * What runs may request beyond the settings above; nothing by default. Each is a list of names,
   * in which {@code *} stands for any characters.
   */
  interface Allow {

    /** Trainer images, such as {@code registry.example.com/vision/*}. */
    Optional<List<String>> images();

    /** Image pull secrets. */
    Optional<List<String>> imagePullSecrets();

    /** Persistent volume claims with data. The claim of the checkpoints is never allowed. */
    Optional<List<String>> dataClaims();

    /** Persistent volume claims for checkpoints. */
    Optional<List<String>> checkpointClaims();

    /** Pod priority classes. */
    Optional<List<String>> priorityClasses();

    /** Kueue queues. */
    Optional<List<String>> queues();

    /**
     * Keys of taints that runs may tolerate. An empty key, which tolerates everything, needs {@code
     * *}.
     */
    Optional<List<String>> tolerations();

    /** Labels by which runs may select nodes. */
    Optional<List<String>> nodeLabels();

    /** Runtimes; all of them if unset. */
    Optional<List<String>> runtimes();

    /** Variables that runs may set. */
    Optional<List<String>> variables();

    /** Secrets that runs may read. The platform's own are never allowed. */
    Optional<List<String>> secrets();

    /** ConfigMaps that runs may read. */
    Optional<List<String>> configMaps();

    /** Claims that runs may write to. */
    Optional<List<String>> writableClaims();

    /** Classes by which Kueue orders its queues. */
    Optional<List<String>> queuePriorityClasses();

    /** Whether runs may say what their image runs, in command and args. */
    @WithDefault("false")
    boolean commands();
  }
}
