package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.KubernetesSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  private static final String DATA_PATH = "/var/lib/connectome/data";
  private static final String CHECKPOINT_PATH = "/var/lib/connectome/checkpoints";
  private static final String SECRETS_PATH = "/etc/connectome/";
  private static final String KAFKA = "kafka";
  private static final String TOKEN = "token";
  private static final String OUTCOME_PATH = "/dev/termination-log";
  private static final int CONTROL_PORT = 9420;

  private final KubernetesLauncherSettings settings;
  private final String installation;

  JobOverlay(KubernetesLauncherSettings settings, String installation) {
    this.settings = settings;
    this.installation = installation;
  }

  Job of(Launch launch) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    var key = new JobKey(launch.runUid(), launch.attempt());
    Map<String, String> labels = labels(launch, key);
    Optional<String> queue = orDefault(spec.getQueue(), settings.queue());
    Map<String, String> jobLabels = new LinkedHashMap<>(labels);
    queue.ifPresent(name -> jobLabels.put(JobTemplate.QUEUE, name));
    var job =
        new JobBuilder()
            .withNewMetadata()
            .withName(key.jobName())
            .withLabels(jobLabels)
            .endMetadata()
            .withNewSpec()
            .withBackoffLimit(0)
            .withParallelism(1)
            .withCompletions(1)
            .withNewTemplate()
            .withNewMetadata()
            .withLabels(labels)
            .endMetadata()
            .withSpec(podSpec(launch, spec))
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

  private PodSpec podSpec(Launch launch, KubernetesSpec spec) {
    var pod = new PodSpecBuilder().withRestartPolicy("Never").withContainers(container(launch));
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
    dataClaim(spec)
        .ifPresent(
            claim ->
                pod.addNewVolume()
                    .withName("data")
                    .withNewPersistentVolumeClaim(claim, true)
                    .endVolume());
    checkpointClaim(spec)
        .ifPresent(
            claim ->
                pod.addNewVolume()
                    .withName("checkpoints")
                    .withNewPersistentVolumeClaim(claim, false)
                    .endVolume());
    secrets()
        .forEach(
            (volume, name) ->
                pod.addNewVolume()
                    .withName(volume)
                    .withNewSecret()
                    .withSecretName(name)
                    .endSecret()
                    .endVolume());
    return pod.build();
  }

  private Container container(Launch launch) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    var container =
        new ContainerBuilder().withName(JobTemplate.CONTAINER).withEnv(environment(launch));
    orDefault(spec.getImage(), settings.image()).ifPresent(container::withImage);
    if (spec.getRequestsCount() + spec.getLimitsCount() > 0) {
      container.withResources(
          new ResourceRequirementsBuilder()
              .withRequests(quantities(spec.getRequestsMap()))
              .withLimits(quantities(spec.getLimitsMap()))
              .build());
    }
    container
        .addNewVolumeMount()
        .withName("checkpoints")
        .withMountPath(CHECKPOINT_PATH)
        .withSubPath(checkpointClaim(spec).map(claim -> launch.runUid().toString()).orElse(null))
        .endVolumeMount();
    if (dataClaim(spec).isPresent()) {
      container
          .addNewVolumeMount()
          .withName("data")
          .withMountPath(DATA_PATH)
          .withReadOnly(true)
          .endVolumeMount();
    }
    for (String volume : secrets().keySet()) {
      container
          .addNewVolumeMount()
          .withName(volume)
          .withMountPath(SECRETS_PATH + volume)
          .withReadOnly(true)
          .endVolumeMount();
    }
    return container.build();
  }

  /** The operator's Secrets that trainers get, by the names of their volumes. */
  private Map<String, String> secrets() {
    Map<String, String> secrets = new LinkedHashMap<>();
    settings.kafkaSecret().ifPresent(name -> secrets.put(KAFKA, name));
    settings.tokenSecret().ifPresent(name -> secrets.put(TOKEN, name));
    return secrets;
  }

  private List<EnvVar> environment(Launch launch) {
    Map<String, String> values = new LinkedHashMap<>(settings.environment());
    values.put("CONNECTOME_RUN_UID", launch.runUid().toString());
    values.put("CONNECTOME_INSTANCE_ID", launch.instanceId());
    values.put("CONNECTOME_CHECKPOINT_DIR", CHECKPOINT_PATH);
    values.put("CONNECTOME_OUTCOME_FILE", OUTCOME_PATH);
    values.put("CONNECTOME_CONTROL_PORT", Integer.toString(CONTROL_PORT));
    if (dataClaim(launch.definition().message().getKubernetes()).isPresent()) {
      values.put("CONNECTOME_DATA_DIR", DATA_PATH);
    }
    if (settings.kafkaSecret().isPresent()) {
      values.put("CONNECTOME_KAFKA_PROPERTIES_FILE", SECRETS_PATH + KAFKA + "/client.properties");
    }
    if (settings.tokenSecret().isPresent()) {
      values.put("CONNECTOME_TOKEN_FILE", SECRETS_PATH + TOKEN + "/token");
    }
    List<EnvVar> environment = new ArrayList<>();
    values.forEach((name, value) -> environment.add(new EnvVar(name, value, null)));
    environment.add(
        new EnvVarBuilder()
            .withName("CONNECTOME_CONTROL_HOST")
            .withNewValueFrom()
            .withNewFieldRef("v1", "status.podIP")
            .endValueFrom()
            .build());
    return environment;
  }

  private Optional<String> dataClaim(KubernetesSpec spec) {
    return orDefault(spec.getDataClaim(), settings.dataClaim());
  }

  private Optional<String> checkpointClaim(KubernetesSpec spec) {
    return orDefault(spec.getCheckpointClaim(), settings.checkpointClaim());
  }

  private static Optional<String> orDefault(String value, Optional<String> fallback) {
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
