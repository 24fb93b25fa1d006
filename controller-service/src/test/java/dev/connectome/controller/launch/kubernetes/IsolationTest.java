package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may reach whom, and with whose credentials, in the manifests as they are rendered. */
class IsolationTest {

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
  private static final String CLIENTS = "connectome.dev/clients";
  private static final String TRAININGS = "connectome.dev/trainings";
  private static final Map<String, String> TRAINER =
      Map.of("app.kubernetes.io/name", "connectome-trainer");

  /** The gRPC ports of the services; Kafka of the dev overlay, of the production overlay; DNS. */
  private static final Set<Integer> TRAINERS_NEED = Set.of(9400, 9410, 9480, 9092, 9093, 53);

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production", "trainings"})
  void podsOfOtherNamespacesAreAdmittedByTheirNamespacesLabelOnly(String overlay) throws Exception {
    for (NetworkPolicy policy : policies(overlay)) {
      for (NetworkPolicyIngressRule rule : policy.getSpec().getIngress()) {
        for (NetworkPolicyPeer peer : rule.getFrom()) {
          Optional.ofNullable(peer.getNamespaceSelector())
              .map(LabelSelector::getMatchLabels)
              .ifPresent(
                  labels ->
                      assertThat(labels)
                          .as(policy.getMetadata().getName())
                          .isIn(
                              Map.of(CLIENTS, "true"),
                              Map.of(TRAININGS, "true"),
                              Map.of("kubernetes.io/metadata.name", "connectome"),
                              Map.of("kubernetes.io/metadata.name", "monitoring")));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "trainings"})
  void trainersReachOnlyWhatTrainersNeed(String overlay) throws Exception {
    List<NetworkPolicy> own =
        policies(overlay).stream()
            .filter(policy -> selects(policy.getSpec().getPodSelector(), TRAINER))
            .toList();

    assertThat(own).anyMatch(policy -> policy.getSpec().getPolicyTypes().contains("Egress"));
    assertThat(
            own.stream()
                .flatMap(policy -> policy.getSpec().getEgress().stream())
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort())
                .map(IntOrString::getIntVal))
        .isNotEmpty()
        .allMatch(TRAINERS_NEED::contains);
    assertThat(own.stream().flatMap(policy -> policy.getSpec().getEgress().stream()))
        .allMatch(rule -> !rule.getPorts().isEmpty());
  }

  /** Whoever may create Jobs in a namespace may mount its Secrets. */
  @Test
  void jobsAreNotCreatedWhereTheSecretsOfThePlatformAre() throws Exception {
    assertThat(objects("production"))
        .noneMatch(object -> object.getKind().startsWith("Role"))
        .noneMatch(object -> object.getMetadata().getName().equals("trainings"));
    assertThat(objects("trainings"))
        .anyMatch(object -> object.getKind().equals("RoleBinding"))
        .allSatisfy(
            object ->
                assertThat(object.getMetadata().getNamespace())
                    .isEqualTo(object.getKind().equals("Namespace") ? null : "trainings"));
  }

  @Test
  void eachPartHasAKafkaUserOfItsOwn() throws Exception {
    Map<String, Set<String>> secrets =
        objects("production").stream()
            .filter(object -> template(object).isPresent())
            .collect(
                Collectors.toMap(
                    object -> object.getMetadata().getName(),
                    object -> kafkaSecrets(template(object).orElseThrow())));
    Map<String, Object> config =
        Kustomization.map(
            Kustomization.render(overlay("production")).stream()
                .filter(object -> Kustomization.id(object).equals("ConfigMap/controller-config"))
                .findFirst()
                .orElseThrow()
                .get("data"));

    assertThat(secrets)
        .containsEntry("controller", Set.of("connectome-kafka-controller"))
        .containsEntry("connectome", Set.of("connectome-kafka-service"));
    assertThat(config)
        .containsEntry("CONNECTOME_LAUNCH_KUBERNETES_KAFKA_SECRET", "connectome-kafka-trainer");
  }

  @Test
  void theTemplateToleratesNoTaintForRunsThatAskForNoDevice() throws Exception {
    assertThat(
            Kustomization.map(
                    Kustomization.render(overlay("dev")).stream()
                        .filter(object -> Kustomization.id(object).equals("ConfigMap/job-template"))
                        .findFirst()
                        .orElseThrow()
                        .get("data"))
                .get("job.yaml")
                .toString())
        .doesNotContain("tolerations");
  }

  private static Set<String> kafkaSecrets(PodTemplateSpec template) {
    return template.getSpec().getVolumes().stream()
        .map(Volume::getSecret)
        .flatMap(Stream::ofNullable)
        .map(secret -> secret.getSecretName())
        .filter(name -> name.startsWith("connectome-kafka"))
        .collect(Collectors.toSet());
  }

  private static Optional<PodTemplateSpec> template(HasMetadata object) {
    if (object instanceof Deployment deployment) {
      return Optional.of(deployment.getSpec().getTemplate());
    }
    return object instanceof StatefulSet set
        ? Optional.of(set.getSpec().getTemplate())
        : Optional.empty();
  }

  /** Whether a selector of labels, or of one of several names, chooses a pod. */
  private static boolean selects(LabelSelector selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(selector.getMatchLabels().entrySet())
        && selector.getMatchExpressions().stream()
            .allMatch(
                expression ->
                    expression.getValues().contains(labels.getOrDefault(expression.getKey(), "")));
  }

  private static List<NetworkPolicy> policies(String overlay) throws IOException {
    return objects(overlay).stream()
        .filter(NetworkPolicy.class::isInstance)
        .map(NetworkPolicy.class::cast)
        .toList();
  }

  private static List<HasMetadata> objects(String overlay) throws IOException {
    return Kustomization.render(overlay(overlay)).stream()
        .filter(
            object -> object.get("apiVersion").toString().matches("v1|apps/v1|networking.*|rbac.*"))
        .map(object -> (HasMetadata) SERIALIZATION.unmarshal(SERIALIZATION.asJson(object)))
        .toList();
  }

  private static Path overlay(String name) {
    return Path.of("..", "k8s", "overlays", name);
  }
}
