package dev.connectome.controller.api;

import dev.connectome.controller.api.Rejection.Violation;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks what a run asks of a cluster, so that what the API server would refuse is refused when the
 * run is created and not when it is its turn.
 */
final class KubernetesSpecValidation {

  private static final String SPEC = "training_run.kubernetes.";
  private static final int MAX_PULL_SECRETS = 8;
  private static final int MAX_TOLERATIONS = 32;

  private static final Pattern IMAGE = Pattern.compile("\\S{1,1024}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern QUALIFIED_NAME =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern QUANTITY =
      Pattern.compile("[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?");
  private static final Set<String> OPERATORS = Set.of("", "Equal", "Exists");
  private static final Set<String> EFFECTS =
      Set.of("", "NoSchedule", "PreferNoSchedule", "NoExecute");

  private final List<Violation> violations;

  private KubernetesSpecValidation(List<Violation> violations) {
    this.violations = violations;
  }

  /**
   * Checks a spec.
   *
   * @param spec what the caller set
   * @param violations takes what is wrong with it
   */
  static void check(KubernetesSpec spec, List<Violation> violations) {
    new KubernetesSpecValidation(violations).check(spec);
  }

  private void check(KubernetesSpec spec) {
    optional("image", spec.getImage(), IMAGE, "a reference to an image, without spaces");
    atMost("image_pull_secrets", spec.getImagePullSecretsCount(), MAX_PULL_SECRETS);
    spec.getImagePullSecretsList()
        .forEach(secret -> matches("image_pull_secrets", secret, NAME, "names of Secrets"));
    resources("requests", spec.getRequestsMap());
    resources("limits", spec.getLimitsMap());
    spec.getNodeSelectorMap()
        .forEach(
            (key, value) -> {
              matches("node_selector", key, QUALIFIED_NAME, "labels of nodes");
              matches("node_selector", value, LABEL_VALUE, "values of labels");
            });
    atMost("tolerations", spec.getTolerationsCount(), MAX_TOLERATIONS);
    spec.getTolerationsList().forEach(this::toleration);
    optional("priority_class", spec.getPriorityClass(), NAME, "the name of a priority class");
    optional("queue", spec.getQueue(), NAME, "the name of a queue");
    optional("data_claim", spec.getDataClaim(), NAME, "the name of a persistent volume claim");
    optional(
        "checkpoint_claim",
        spec.getCheckpointClaim(),
        NAME,
        "the name of a persistent volume claim");
    boolean whole = spec.getActiveDeadline().getNanos() == 0;
    if (spec.hasActiveDeadline() && (!whole || spec.getActiveDeadline().getSeconds() < 1)) {
      violation(
          "active_deadline",
          "whole seconds, 1 or more",
          spec.getActiveDeadline().getSeconds() + " s");
    }
  }

  private void resources(String field, Map<String, String> amounts) {
    amounts.forEach(
        (resource, amount) -> {
          matches(
              field, resource, QUALIFIED_NAME, "names of resources such as cpu or nvidia.com/gpu");
          matches(field, amount, QUANTITY, "quantities such as 500m, 2 or 4Gi");
        });
  }

  private void toleration(Toleration toleration) {
    optional("tolerations.key", toleration.getKey(), QUALIFIED_NAME, "the key of a taint");
    matches("tolerations.value", toleration.getValue(), LABEL_VALUE, "the value of a taint");
    among("tolerations.operator", toleration.getOperator(), OPERATORS);
    among("tolerations.effect", toleration.getEffect(), EFFECTS);
    if (toleration.getKey().isEmpty() && !toleration.getOperator().equals("Exists")) {
      violation("tolerations.operator", "Exists where the key is empty", toleration.getOperator());
    }
  }

  private void optional(String field, String value, Pattern pattern, String what) {
    if (!value.isEmpty()) {
      matches(field, value, pattern, what);
    }
  }

  private void matches(String field, String value, Pattern pattern, String what) {
    if (!pattern.matcher(value).matches()) {
      violation(field, what, value);
    }
  }

  private void among(String field, String value, Set<String> allowed) {
    if (!allowed.contains(value)) {
      violation(
          field,
          "one of " + allowed.stream().filter(name -> !name.isEmpty()).sorted().toList(),
          value);
    }
  }

  private void atMost(String field, int count, int most) {
    if (count > most) {
      violation(field, "at most " + most, Integer.toString(count));
    }
  }

  private void violation(String field, String wanted, String value) {
    violations.add(new Violation(SPEC + field, "must be %s, not \"%s\"".formatted(wanted, value)));
  }
}
