package dev.connectome.controller.api;

import static dev.connectome.controller.api.Limit.ANY;
import static dev.connectome.controller.api.Limit.entries;
import static dev.connectome.controller.api.Limit.items;
import static dev.connectome.controller.api.Limit.matching;
import static dev.connectome.controller.api.Limit.oneOf;
import static dev.connectome.controller.api.Limit.required;
import static dev.connectome.controller.api.Limit.seconds;
import static dev.connectome.controller.api.Limit.text;
import static dev.connectome.controller.api.Limit.whole;
import static java.util.Map.entry;

import java.util.Map;

/** The limits of the fields that place a run on a cluster, by message and field. */
final class KubernetesLimits {

  private static final String DNS_NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
  private static final String QUALIFIED_NAME =
      "(" + DNS_NAME + "/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
  private static final String LABEL_VALUE = "([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?";
  private static final Limit CLAIM =
      matching(253, DNS_NAME, "the name of a persistent volume claim");
  private static final Limit QUANTITY =
      matching(
          64,
          "[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?",
          "quantities such as 500m, 2 or 4Gi");
  private static final Limit RESOURCES =
      entries(
          64,
          required(
              matching(317, QUALIFIED_NAME, "names of resources such as cpu or nvidia.com/gpu")),
          required(QUANTITY));

  private static final String VARIABLE = "(?!CONNECTOME_)[A-Za-z_][A-Za-z0-9_]*";
  private static final Limit VARIABLE_NAME =
      required(
          matching(
              128,
              VARIABLE,
              "a name of letters, digits and '_' that begins with no digit and not with"
                  + " CONNECTOME_"));
  private static final Limit SECRET = required(matching(253, DNS_NAME, "the name of a Secret"));
  private static final Limit CONFIG_MAP =
      required(matching(253, DNS_NAME, "the name of a ConfigMap"));

  static final Map<String, Limit> BY_FIELD =
      Map.ofEntries(
          entry(
              "KubernetesSpec.image",
              matching(1_024, "\\S*", "a reference to an image, without spaces")),
          entry(
              "KubernetesSpec.image_pull_secrets",
              items(8, required(matching(253, DNS_NAME, "names of Secrets")))),
          entry("KubernetesSpec.requests", RESOURCES),
          entry("KubernetesSpec.limits", RESOURCES),
          entry(
              "KubernetesSpec.node_selector",
              entries(
                  64,
                  required(matching(317, QUALIFIED_NAME, "labels of nodes")),
                  matching(63, LABEL_VALUE, "values of labels"))),
          entry("KubernetesSpec.tolerations", items(32, ANY)),
          entry(
              "KubernetesSpec.priority_class",
              matching(253, DNS_NAME, "the name of a priority class")),
          entry("KubernetesSpec.queue", matching(253, DNS_NAME, "the name of a queue")),
          entry("KubernetesSpec.data_claim", CLAIM),
          entry("KubernetesSpec.checkpoint_claim", CLAIM),
          entry("KubernetesSpec.active_deadline", seconds(1, true)),
          entry(
              "KubernetesSpec.runtime",
              matching(63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", "the name of a runtime")),
          entry(
              "KubernetesSpec.namespace",
              matching(63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", "the name of a namespace")),
          entry("KubernetesSpec.command", items(64, text(4_096))),
          entry("KubernetesSpec.args", items(256, text(4_096))),
          entry("KubernetesSpec.environment", entries(128, VARIABLE_NAME, text(4_096))),
          entry("KubernetesSpec.environment_from", items(16, ANY)),
          entry("KubernetesSpec.secret_environment", items(64, ANY)),
          entry("KubernetesSpec.volumes", items(16, ANY)),
          entry("KubernetesSpec.pods", whole(1, 1_000)),
          entry(
              "KubernetesSpec.parameters",
              entries(
                  256,
                  required(
                      matching(
                          63,
                          "[A-Za-z_][A-Za-z0-9_]*",
                          "names of letters, digits and '_' that begin with no digit")),
                  text(4_096))),
          entry(
              "KubernetesSpec.queue_priority_class",
              matching(63, DNS_NAME, "the name of a priority class of queues")),
          entry("EnvironmentSource.secret", SECRET),
          entry("EnvironmentSource.config_map", CONFIG_MAP),
          entry(
              "EnvironmentSource.prefix",
              matching(
                  63,
                  "[A-Za-z_][A-Za-z0-9_]*",
                  "letters, digits and '_' that begin with no digit")),
          entry("SecretVariable.name", VARIABLE_NAME),
          entry("SecretVariable.secret", SECRET),
          entry(
              "SecretVariable.key",
              required(matching(253, "[A-Za-z0-9_.-]+", "the key of a Secret"))),
          entry(
              "VolumeSpec.name",
              required(matching(63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", "the name of a volume"))),
          entry(
              "VolumeSpec.mount_path",
              required(matching(1_024, "/[^:]*", "an absolute path without ':'"))),
          entry("VolumeSpec.sub_path", matching(1_024, "[^/].*", "a relative path")),
          entry("VolumeSpec.claim", required(CLAIM)),
          entry("VolumeSpec.secret", SECRET),
          entry("VolumeSpec.config_map", CONFIG_MAP),
          entry("VolumeSpec.empty", required(QUANTITY)),
          entry("Toleration.key", matching(317, QUALIFIED_NAME, "the key of a taint")),
          entry("Toleration.operator", oneOf("Equal", "Exists")),
          entry("Toleration.value", matching(63, LABEL_VALUE, "the value of a taint")),
          entry("Toleration.effect", oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")),
          entry("Toleration.toleration_seconds", whole(0, 315_360_000)));

  private KubernetesLimits() {}
}
