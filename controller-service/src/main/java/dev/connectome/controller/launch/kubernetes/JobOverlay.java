package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.KubernetesSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds the part of a Job that depends on the run and on the launcher's settings. */
final class JobOverlay {

  private static final String TENANT = "tenant";
  private static final Pattern LABEL_VALUE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

  /** The headless Service by which the pods of one Job find each other. */
  static final String PEERS_SERVICE = "trainers";

  /** The label of pods that train together: only they may reach each other. */
  private static final String SEVERAL_PODS = "connectome.dev/several-pods";

  private final KubernetesLauncherSettings settings;
  private final String installation;
  private final JobVolumes volumes;
  private final JobEnvironment environment;

  JobOverlay(KubernetesLauncherSettings settings, String installation) {
    this.settings = settings;
    this.volumes = new JobVolumes(settings);
    this.environment = new JobEnvironment(settings, volumes);
    this.installation = installation;
  }

  /**
   * @param withImage whether the image of the settings is for this run's trainer
   */
  Job of(Launch launch, boolean withImage) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    var key = new JobKey(launch.runUid(), launch.attempt());
    Map<String, String> labels = labels(launch, key);
    Optional<String> queue = orDefault(spec.getQueue(), settings.queue());
    Map<String, String> jobLabels = new LinkedHashMap<>(labels);
    queue.ifPresent(name -> jobLabels.put(JobTemplate.QUEUE, name));
    if (!spec.getQueuePriorityClass().isEmpty()) {
      jobLabels.put(JobTemplate.QUEUE_PRIORITY, spec.getQueuePriorityClass());
    }
    int pods = JobEnvironment.pods(spec);
    if (pods > 1) {
      labels.put(SEVERAL_PODS, "true");
    }
    var job =
        new JobBuilder()
            .withNewMetadata()
            .withName(key.jobName())
            .withLabels(jobLabels)
            .endMetadata()
            .withNewSpec()
            .withBackoffLimit(0)
            .withParallelism(pods)
            .withCompletions(pods)
            .withCompletionMode(pods > 1 ? "Indexed" : null)
            .withNewTemplate()
            .withNewMetadata()
            .withLabels(labels)
            .withAnnotations(
                spec.getParametersCount() == 0
                    ? null
                    : Map.of(JobVolumes.PARAMETERS, JobEnvironment.parameters(spec)))
            .endMetadata()
            .withSpec(podSpec(launch, key, withImage))
            .endTemplate()
            .endSpec();
    if (queue.isPresent()) {
      job.editSpec().withSuspend(true).endSpec();
    }
    if (spec.hasActiveDeadline()) {
      job.editSpec().withActiveDeadlineSeconds(spec.getActiveDeadline().getSeconds()).endSpec();
    }
    return job.build();
  }

  private Map<String, String> labels(Launch launch, JobKey key) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("app.kubernetes.io/name", "connectome-trainer");
    labels.put("app.kubernetes.io/instance", launch.runId());
    labels.put("app.kubernetes.io/component", "trainer");
    labels.put("app.kubernetes.io/part-of", "connectome");
    labels.put(JobTemplate.MANAGED_BY, JobTemplate.CONTROLLER);
    labels.put(JobTemplate.INSTALLATION, installation);
    labels.putAll(key.labels());
    String tenant = launch.definition().labels().getOrDefault(TENANT, "");
    if (LABEL_VALUE.matcher(tenant).matches()) {
      labels.put("connectome.dev/tenant", tenant);
    }
    return labels;
  }

  private PodSpec podSpec(Launch launch, JobKey key, boolean withImage) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    var pod =
        new PodSpecBuilder()
            .withRestartPolicy("Never")
            .withContainers(container(launch, key, withImage))
            .withVolumes(volumes.volumes(spec));
    if (JobEnvironment.pods(spec) > 1) {
      pod.withSubdomain(PEERS_SERVICE);
    }
    if (!spec.getPriorityClass().isEmpty()) {
      pod.withPriorityClassName(spec.getPriorityClass());
    }
    if (spec.getNodeSelectorCount() > 0) {
      pod.withNodeSelector(spec.getNodeSelectorMap());
    }
    pod.withTolerations(
        Stream.concat(devices(spec), spec.getTolerationsList().stream().map(JobOverlay::toleration))
            .distinct()
            .toList());
    pod.withImagePullSecrets(
        spec.getImagePullSecretsList().stream().map(LocalObjectReference::new).toList());
    return pod.build();
  }

  private Container container(Launch launch, JobKey key, boolean withImage) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    var container =
        new ContainerBuilder()
            .withName(JobTemplate.CONTAINER)
            .withCommand(spec.getCommandList())
            .withArgs(spec.getArgsList())
            .withEnv(environment.of(launch, key))
            .withEnvFrom(environment.sources(spec))
            .withVolumeMounts(volumes.mounts(launch));
    orDefault(spec.getImage(), settings.image().filter(image -> withImage))
        .ifPresent(container::withImage);
    if (spec.getRequestsCount() + spec.getLimitsCount() > 0) {
      container.withResources(
          new ResourceRequirementsBuilder()
              .withRequests(quantities(spec.getRequestsMap()))
              .withLimits(quantities(spec.getLimitsMap()))
              .build());
    }
    return container.build();
  }

  static Optional<String> orDefault(String value, Optional<String> fallback) {
    return value.isEmpty() ? fallback : Optional.of(value);
  }

  private static Map<String, Quantity> quantities(Map<String, String> amounts) {
    return amounts.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, amount -> new Quantity(amount.getValue())));
  }

  /** Nodes with devices bear a taint of the device's name, to keep everybody else away. */
  private static Stream<Toleration> devices(KubernetesSpec spec) {
    return Stream.concat(
            spec.getRequestsMap().entrySet().stream(), spec.getLimitsMap().entrySet().stream())
        .filter(resource -> resource.getKey().contains("/"))
        .filter(resource -> new Quantity(resource.getValue()).getNumericalAmount().signum() > 0)
        .map(Map.Entry::getKey)
        .distinct()
        .sorted()
        .map(resource -> new Toleration("NoSchedule", resource, "Exists", null, null));
  }

  private static Toleration toleration(dev.connectome.protos.run.v1.Toleration toleration) {
    return new Toleration(
        emptyToNull(toleration.getEffect()),
        emptyToNull(toleration.getKey()),
        emptyToNull(toleration.getOperator()),
        toleration.hasTolerationSeconds() ? toleration.getTolerationSeconds() : null,
        emptyToNull(toleration.getValue()));
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
