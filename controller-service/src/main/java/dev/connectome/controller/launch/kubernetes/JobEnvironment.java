package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The variables of a trainer's container: what the platform tells it first, since what the run sets
 * may refer to that, and never replaced by what the run sets.
 */
final class JobEnvironment {

  static final String PARAMETERS_FILE = JobVolumes.RUN_PATH + "/parameters.json";

  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private static final String PARAMETER = "CONNECTOME_PARAMETER_";
  private static final String OUTCOME_PATH = "/dev/termination-log";
  private static final int CONTROL_PORT = 9420;
  private static final int PEERS_PORT = 29500;
  private static final String RANK =
      "metadata.annotations['batch.kubernetes.io/job-completion-index']";

  private final KubernetesLauncherSettings settings;
  private final JobVolumes volumes;

  JobEnvironment(KubernetesLauncherSettings settings, JobVolumes volumes) {
    this.settings = settings;
    this.volumes = volumes;
  }

  List<EnvVar> of(Launch launch, JobKey key) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    Map<String, EnvVar> variables = new LinkedHashMap<>();
    platform(launch, spec)
        .forEach((name, value) -> variables.put(name, new EnvVar(name, value, null)));
    variables.put("CONNECTOME_CONTROL_HOST", field("CONNECTOME_CONTROL_HOST", "status.podIP"));
    peers(spec, key, variables);
    new TreeMap<>(spec.getParametersMap())
        .forEach(
            (name, value) ->
                variables.put(
                    PARAMETER + name, new EnvVar(PARAMETER + name, literal(value), null)));
    new TreeMap<>(spec.getEnvironmentMap())
        .forEach((name, value) -> variables.putIfAbsent(name, new EnvVar(name, value, null)));
    spec.getSecretEnvironmentList()
        .forEach(
            variable ->
                variables.putIfAbsent(
                    variable.getName(),
                    new EnvVarBuilder()
                        .withName(variable.getName())
                        .withNewValueFrom()
                        .withNewSecretKeyRef(variable.getKey(), variable.getSecret(), false)
                        .endValueFrom()
                        .build()));
    return List.copyOf(variables.values());
  }

  private Map<String, String> platform(Launch launch, KubernetesSpec spec) {
    Map<String, String> values = new LinkedHashMap<>(new TreeMap<>(settings.environment()));
    values.put("CONNECTOME_RUN", launch.runId());
    values.put("CONNECTOME_RUN_UID", launch.runUid().toString());
    values.put("CONNECTOME_ATTEMPT", Integer.toString(launch.attempt()));
    values.put("CONNECTOME_INSTANCE_ID", launch.instanceId());
    values.put("CONNECTOME_CHECKPOINT_DIR", JobVolumes.CHECKPOINT_PATH);
    values.put("CONNECTOME_OUTCOME_FILE", OUTCOME_PATH);
    values.put("CONNECTOME_CONTROL_PORT", Integer.toString(CONTROL_PORT));
    values.put("CONNECTOME_PODS", Integer.toString(pods(spec)));
    if (spec.getParametersCount() > 0) {
      values.put("CONNECTOME_PARAMETERS_FILE", PARAMETERS_FILE);
    }
    if (volumes.dataClaim(spec).isPresent()) {
      values.put("CONNECTOME_DATA_DIR", JobVolumes.DATA_PATH);
    }
    if (settings.kafkaSecret().isPresent()) {
      values.put("CONNECTOME_KAFKA_PROPERTIES_FILE", JobVolumes.KAFKA_PATH + "/client.properties");
    }
    if (settings.tokenSecret().isPresent()) {
      values.put("CONNECTOME_TOKEN_FILE", JobVolumes.TOKEN_PATH + "/token");
    }
    return values;
  }

  /**
   * What frameworks that train in several processes ask for, by the names that most of them use.
   */
  private static void peers(KubernetesSpec spec, JobKey key, Map<String, EnvVar> variables) {
    int pods = pods(spec);
    if (pods == 1) {
      variables.put("CONNECTOME_RANK", new EnvVar("CONNECTOME_RANK", "0", null));
      return;
    }
    variables.put("CONNECTOME_RANK", field("CONNECTOME_RANK", RANK));
    variables.put("RANK", field("RANK", RANK));
    Map.of(
            "WORLD_SIZE", Integer.toString(pods),
            "MASTER_ADDR", "%s-0.%s".formatted(key.jobName(), JobOverlay.PEERS_SERVICE),
            "MASTER_PORT", Integer.toString(PEERS_PORT))
        .forEach((name, value) -> variables.put(name, new EnvVar(name, value, null)));
  }

  List<EnvFromSource> sources(KubernetesSpec spec) {
    return spec.getEnvironmentFromList().stream().map(JobEnvironment::source).toList();
  }

  private static EnvFromSource source(EnvironmentSource source) {
    var from = new EnvFromSourceBuilder();
    if (!source.getPrefix().isEmpty()) {
      from.withPrefix(source.getPrefix());
    }
    return source.hasSecret()
        ? from.withNewSecretRef(source.getSecret(), false).build()
        : from.withNewConfigMapRef(source.getConfigMap(), false).build();
  }

  /** All parameters as JSON, in the order of their names. */
  static String parameters(KubernetesSpec spec) {
    return JSON.asJson(new TreeMap<>(spec.getParametersMap()));
  }

  static int pods(KubernetesSpec spec) {
    return spec.hasPods() ? spec.getPods() : 1;
  }

  /** Kubernetes replaces $(NAME) in values, and $$ by $. */
  private static String literal(String value) {
    return value.replace("$", "$$");
  }

  private static EnvVar field(String name, String path) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef("v1", path)
        .endValueFrom()
        .build();
  }
}
