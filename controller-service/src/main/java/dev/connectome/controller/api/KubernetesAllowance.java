package dev.connectome.controller.api;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.controller.settings.RuntimeFolder;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.VolumeSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a run may have of the cluster: what the operator has set for all runs, and what the operator
 * allows runs of its namespace to name. Volumes and Secrets of the platform's own it never gets.
 */
final class KubernetesAllowance {

  private static final String FIELD = "training_run.kubernetes.";
  private static final String SETTINGS = "connectome.launch.kubernetes.";

  /** The claims of the platform's StatefulSets, by the names that Kubernetes gives them. */
  private static final Pattern PLATFORMS_CLAIM =
      Pattern.compile("(state-connectome|data-kafka|data-postgres)-\\d+");

  private static final String PLATFORMS_SECRET = "connectome-";

  private final KubernetesLaunchSettings settings;
  private final KubernetesLaunchSettings.Allow allow;
  private final String prefix;
  private final List<Violation> violations = new ArrayList<>();

  private KubernetesAllowance(
      KubernetesLaunchSettings settings, KubernetesLaunchSettings.Allow allow, String prefix) {
    this.settings = settings;
    this.allow = allow;
    this.prefix = prefix;
  }

  /** What a run asks for and may not have. */
  static List<Violation> violations(KubernetesSpec spec, KubernetesLaunchSettings settings) {
    String namespace = spec.getNamespace();
    if (namespace.isEmpty() || settings.namespace().filter(namespace::equals).isPresent()) {
      return new KubernetesAllowance(settings, settings.allow(), SETTINGS)
          .check(spec, settings.maxDevices());
    }
    KubernetesLaunchSettings.Tenant tenant = settings.namespaces().get(namespace);
    if (tenant == null) {
      return List.of(
          new Violation(
              FIELD + "namespace",
              "may not be %s here: leave it out, or ask the operator to add it to %snamespaces"
                  .formatted(Echo.of(namespace), SETTINGS)));
    }
    return new KubernetesAllowance(
            settings, tenant.allow(), SETTINGS + "namespaces." + namespace + ".")
        .check(spec, tenant.maxDevices());
  }

  private List<Violation> check(KubernetesSpec spec, int maxDevices) {
    image(spec);
    one("queue", spec.getQueue(), settings.queue(), allow.queues(), "queues");
    one(
        "queue_priority_class",
        spec.getQueuePriorityClass(),
        allow.queuePriorityClasses(),
        "queue-priority-classes");
    one("priority_class", spec.getPriorityClass(), allow.priorityClasses(), "priority-classes");
    spec.getNodeSelectorMap()
        .keySet()
        .forEach(label -> named("node_selector", label, allow.nodeLabels(), "node-labels"));
    spec.getTolerationsList()
        .forEach(one -> named("tolerations", one.getKey(), allow.tolerations(), "tolerations"));
    claims(spec);
    trainer(spec);
    spec.getVolumesList().forEach(this::volume);
    devices(spec, maxDevices);
    return violations;
  }

  private void image(KubernetesSpec spec) {
    one("image", spec.getImage(), settings.image(), allow.images(), "images");
    spec.getImagePullSecretsList()
        .forEach(
            name ->
                named("image_pull_secrets", name, allow.imagePullSecrets(), "image-pull-secrets"));
  }

  private void claims(KubernetesSpec spec) {
    if (!spec.getDataClaim().isEmpty()) {
      claim(
          "data_claim",
          spec.getDataClaim(),
          settings.dataClaim(),
          allow.dataClaims(),
          "data-claims");
    }
    String checkpoints = spec.getCheckpointClaim();
    if (!platforms("checkpoint_claim", checkpoints)) {
      one(
          "checkpoint_claim",
          checkpoints,
          settings.checkpointClaim(),
          allow.checkpointClaims(),
          "checkpoint-claims");
    }
  }

  /** A claim that is all a run's own to read, or to write. */
  private void claim(
      String field,
      String claim,
      Optional<String> operators,
      Optional<List<String>> allowed,
      String setting) {
    if (settings.checkpointClaim().filter(claim::equals).isPresent()) {
      refuse(field, claim, "it holds the checkpoints of every run");
    } else if (!platforms(field, claim)) {
      one(field, claim, operators, allowed, setting);
    }
  }

  private boolean platforms(String field, String claim) {
    if (!PLATFORMS_CLAIM.matcher(claim).matches()) {
      return false;
    }
    refuse(field, claim, "it belongs to the platform itself");
    return true;
  }

  /** What runs in the trainer's container, and with which variables. */
  private void trainer(KubernetesSpec spec) {
    String runtime = spec.getRuntime();
    if (!runtime.isEmpty()) {
      Map<String, ?> known = settings.runtimes().map(RuntimeFolder::files).orElse(Map.of());
      if (!known.containsKey(runtime)) {
        refuse("runtime", runtime, "the operator's runtimes are " + known.keySet());
      } else if (allow.runtimes().isPresent()) {
        named("runtime", runtime, allow.runtimes(), "runtimes");
      }
    }
    if (!allow.commands()) {
      Map.of("command", spec.getCommandList(), "args", spec.getArgsList())
          .forEach(
              (field, words) -> {
                if (!words.isEmpty()) {
                  refuse(field, words.get(0), remedy("commands"));
                }
              });
    }
    spec.getEnvironmentMap()
        .keySet()
        .forEach(name -> named("environment", name, allow.variables(), "variables"));
    spec.getSecretEnvironmentList()
        .forEach(
            variable -> {
              named("secret_environment", variable.getName(), allow.variables(), "variables");
              secret("secret_environment", variable.getSecret());
            });
    spec.getEnvironmentFromList()
        .forEach(
            source -> {
              secret("environment_from", source.getSecret());
              configMap("environment_from", source.getConfigMap());
            });
  }

  private void volume(VolumeSpec volume) {
    secret("volumes", volume.getSecret());
    configMap("volumes", volume.getConfigMap());
    if (volume.hasClaim() && volume.getWritable()) {
      claim(
          "volumes",
          volume.getClaim(),
          Optional.empty(),
          allow.writableClaims(),
          "writable-claims");
    } else if (volume.hasClaim()) {
      claim("volumes", volume.getClaim(), settings.dataClaim(), allow.dataClaims(), "data-claims");
    }
  }

  private void secret(String field, String name) {
    boolean platforms =
        name.startsWith(PLATFORMS_SECRET)
            || settings.kafkaSecret().filter(name::equals).isPresent()
            || settings.tokenSecret().filter(name::equals).isPresent();
    if (platforms) {
      refuse(field, name, "it belongs to the platform itself");
    } else {
      one(field, name, allow.secrets(), "secrets");
    }
  }

  private void configMap(String field, String name) {
    one(field, name, allow.configMaps(), "config-maps");
  }

  /** GPUs and the like have resources with a slash in their names. */
  private void devices(KubernetesSpec spec, int most) {
    Map<String, BigDecimal> wanted = new HashMap<>();
    for (Map<String, String> amounts : List.of(spec.getRequestsMap(), spec.getLimitsMap())) {
      amounts.forEach(
          (resource, amount) -> {
            if (resource.contains("/")) {
              wanted.merge(resource, new Quantity(amount).getNumericalAmount(), BigDecimal::max);
            }
          });
    }
    BigDecimal all =
        wanted.values().stream()
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .multiply(BigDecimal.valueOf(spec.hasPods() ? spec.getPods() : 1));
    if (all.compareTo(BigDecimal.valueOf(most)) > 0) {
      violations.add(
          new Violation(
              FIELD + "limits",
              "ask for %s devices in all pods; at most %d are allowed by %smax-devices"
                  .formatted(all.toPlainString(), most, prefix)));
    }
  }

  private void one(String field, String value, Optional<List<String>> allowed, String setting) {
    one(field, value, Optional.empty(), allowed, setting);
  }

  private void named(String field, String value, Optional<List<String>> allowed, String setting) {
    named(field, value, Optional.empty(), allowed, setting);
  }

  private String remedy(String setting) {
    return "leave it out, or ask the operator to add it to %sallow.%s".formatted(prefix, setting);
  }

  private void one(
      String field,
      String value,
      Optional<String> operators,
      Optional<List<String>> allowed,
      String setting) {
    if (!value.isEmpty()) {
      named(field, value, operators, allowed, setting);
    }
  }

  private void named(
      String field,
      String value,
      Optional<String> operators,
      Optional<List<String>> allowed,
      String setting) {
    boolean fits =
        operators.filter(value::equals).isPresent()
            || allowed.orElse(List.of()).stream().anyMatch(pattern -> matches(pattern, value));
    if (!fits) {
      refuse(field, value, remedy(setting));
    }
  }

  private void refuse(String field, String value, String why) {
    violations.add(
        new Violation(FIELD + field, "may not be %s here: %s".formatted(Echo.of(value), why)));
  }

  /** A star stands for any characters, also none. */
  private static boolean matches(String pattern, String value) {
    String[] parts = pattern.split("\\*", -1);
    if (parts.length == 1) {
      return pattern.equals(value);
    }
    int at = parts[0].length();
    if (!value.startsWith(parts[0])) {
      return false;
    }
    for (int i = 1; i < parts.length - 1; i++) {
      int found = value.indexOf(parts[i], at);
      if (found < 0) {
        return false;
      }
      at = found + parts[i].length();
    }
    String last = parts[parts.length - 1];
    return value.length() - last.length() >= at && value.endsWith(last);
  }
}
