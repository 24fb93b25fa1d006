package dev.connectome.controller.api;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.protos.run.v1.KubernetesSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a run may have of the cluster: what the operator has set for all runs, and what the operator
 * allows runs to name. Volumes of the platform's own it never gets.
 */
final class KubernetesAllowance {

  private static final String FIELD = "training_run.kubernetes.";

  /** The claims of the platform's StatefulSets, by the names that Kubernetes gives them. */
  private static final Pattern PLATFORMS_CLAIM =
      Pattern.compile("(state-connectome|data-kafka|data-postgres)-\\d+");

  private final KubernetesLaunchSettings settings;
  private final List<Violation> violations = new ArrayList<>();

  private KubernetesAllowance(KubernetesLaunchSettings settings) {
    this.settings = settings;
  }

  /** What a run asks for and may not have. */
  static List<Violation> violations(KubernetesSpec spec, KubernetesLaunchSettings settings) {
    return new KubernetesAllowance(settings).check(spec);
  }

  private List<Violation> check(KubernetesSpec spec) {
    KubernetesLaunchSettings.Allow allow = settings.allow();
    one("image", spec.getImage(), settings.image(), allow.images(), "images");
    spec.getImagePullSecretsList()
        .forEach(
            name ->
                named(
                    "image_pull_secrets",
                    name,
                    Optional.empty(),
                    allow.imagePullSecrets(),
                    "image-pull-secrets"));
    one("queue", spec.getQueue(), settings.queue(), allow.queues(), "queues");
    one(
        "priority_class",
        spec.getPriorityClass(),
        Optional.empty(),
        allow.priorityClasses(),
        "priority-classes");
    spec.getNodeSelectorMap()
        .keySet()
        .forEach(
            label ->
                named("node_selector", label, Optional.empty(), allow.nodeLabels(), "node-labels"));
    spec.getTolerationsList()
        .forEach(
            toleration ->
                named(
                    "tolerations",
                    toleration.getKey(),
                    Optional.empty(),
                    allow.tolerations(),
                    "tolerations"));
    claims(spec, allow);
    return violations;
  }

  private void claims(KubernetesSpec spec, KubernetesLaunchSettings.Allow allow) {
    String data = spec.getDataClaim();
    if (!data.isEmpty() && settings.checkpointClaim().filter(data::equals).isPresent()) {
      refuse("data_claim", data, "it holds the checkpoints of every run");
    } else if (!platforms("data_claim", data)) {
      one("data_claim", data, settings.dataClaim(), allow.dataClaims(), "data-claims");
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

  private boolean platforms(String field, String claim) {
    if (!PLATFORMS_CLAIM.matcher(claim).matches()) {
      return false;
    }
    refuse(field, claim, "it belongs to the platform itself");
    return true;
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
      refuse(
          field,
          value,
          "leave it out, or ask the operator to add it to connectome.launch.kubernetes.allow."
              + setting);
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
