package dev.connectome.controller.launch.kubernetes;

import com.google.common.util.concurrent.RateLimiter;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;

/** Requests for the Jobs and logs of one namespace to the API server, at a limited rate. */
final class JobClient {

  /** What the API server answers to a Job that it can never accept. */
  static final int UNPROCESSABLE = 422;

  private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final String namespace;
  private final RateLimiter limiter;

  /**
   * @param limiter of all namespaces together
   */
  JobClient(KubernetesClient client, String namespace, RateLimiter limiter) {
    this.client = client;
    this.namespace = namespace;
    this.limiter = limiter;
  }

  String namespace() {
    return namespace;
  }

  /** Fields that Jobs do not have are refused, not dropped. */
  void create(Job job) {
    limiter.acquire();
    in(client, job).fieldValidation(Validation.STRICT).create();
  }

  /** Has the API server check a Job without creating it, without retries. */
  void validate(Job job) {
    RequestConfig once =
        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout((int) VALIDATION_TIMEOUT.toMillis())
            .build();
    limiter.acquire();
    in(client.newClient(once).adapt(KubernetesClient.class), job)
        .dryRun()
        .fieldValidation(Validation.STRICT)
        .create();
  }

  private Resource<Job> in(KubernetesClient cluster, Job job) {
    return cluster.batch().v1().jobs().inNamespace(namespace).resource(job);
  }

  boolean exists(JobKey key) {
    limiter.acquire();
    return named(key).get() != null;
  }

  boolean hasPod(JobKey key) {
    limiter.acquire();
    return !client
        .pods()
        .inNamespace(namespace)
        .withLabels(key.labels())
        .list()
        .getItems()
        .isEmpty();
  }

  void delete(JobKey key) {
    limiter.acquire();
    named(key).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
  }

  private ScalableResource<Job> named(JobKey key) {
    return client.batch().v1().jobs().inNamespace(namespace).withName(key.jobName());
  }

  InputStream log(Pod pod, boolean follow) {
    limiter.acquire();
    return PodLog.open(client, pod, follow);
  }

  /** The API server's own words, if it answered. */
  static String reason(KubernetesClientException e) {
    return e.getStatus() == null
        ? String.valueOf(e.getMessage())
        : Objects.requireNonNullElse(e.getStatus().getMessage(), String.valueOf(e.getMessage()));
  }
}
