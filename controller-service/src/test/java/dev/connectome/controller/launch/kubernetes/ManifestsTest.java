package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.UnknownFields;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests as they are rendered: typed, complete, and true to each other. */
class ManifestsTest {

  private static final Path OVERLAYS = Path.of("..", "k8s", "overlays");
  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  /** Custom resources, which the cluster's own schema does not have. */
  private static final Map<String, Set<String>> CUSTOM =
      Map.of(
          "keda.sh/v1alpha1", Set.of("ScaledObject", "TriggerAuthentication"),
          "monitoring.coreos.com/v1", Set.of("ServiceMonitor", "PrometheusRule"));

  /** What the operator makes, as docs/kubernetes.md says. */
  private static final Set<String> OPERATORS_SECRETS =
      Set.of(
          "connectome-kafka-controller",
          "connectome-kafka-service",
          "connectome-kafka-trainer",
          "connectome-postgres",
          "connectome-tokens",
          "connectome-trainer-token",
          "connectome-metrics-token");

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production", "trainings"})
  void everyObjectOfTheClustersOwnKindsHasOnlyFieldsThatExist(String overlay) throws Exception {
    for (Map<String, Object> object : render(overlay)) {
      if (CUSTOM.containsKey(object.get("apiVersion").toString())) {
        assertThat(CUSTOM.get(object.get("apiVersion").toString()))
            .contains(object.get("kind").toString());
      } else {
        HasMetadata typed = typed(object);
        assertThat(typed).isNotInstanceOf(GenericKubernetesResource.class);
        assertThat(UnknownFields.of(typed)).as(Kustomization.id(object)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production", "trainings"})
  void kubectlRendersTheSame(String overlay) throws Exception {
    Path folder = OVERLAYS.resolve(overlay);
    Process kubectl;
    try {
      kubectl =
          new ProcessBuilder("kubectl", "kustomize", folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      Assumptions.abort("kubectl is not installed: " + e.getMessage());
      return;
    }
    String rendered = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(kubectl.waitFor()).isZero();
    Map<String, Map<String, Object>> expected =
        RenderedObjects.byId(Kustomization.documents(rendered));
    Map<String, Map<String, Object>> actual = RenderedObjects.byId(render(overlay));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, object) -> assertThat(actual.get(id)).as(id).isEqualTo(object));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production"})
  void podsMeetTheRestrictedSecurityStandardAndSayWhatTheyNeed(String overlay) throws Exception {
    for (PodTemplateSpec template : podTemplates(overlay)) {
      PodSpec pod = template.getSpec();
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      for (Container container : pod.getContainers()) {
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop())
            .containsExactly("ALL");
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(container.getResources().getLimits()).containsKey("memory");
        assertThat(container.getReadinessProbe()).isNotNull();
        assertThat(container.getImage()).contains(":");
      }
    }
    for (Container container : ownContainers(overlay)) {
      assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(container.getVolumeMounts()).extracting("mountPath").contains("/tmp");
      assertThat(container.getLivenessProbe()).isNotNull();
      assertThat(container.getStartupProbe()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production"})
  void whatIsReferredToIsThere(String overlay) throws Exception {
    List<HasMetadata> objects = typed(overlay);
    Set<String> configMaps = names(objects, ConfigMap.class);
    Set<String> secrets =
        Stream.concat(names(objects, Secret.class).stream(), OPERATORS_SECRETS.stream())
            .collect(Collectors.toSet());
    Set<String> accounts = names(objects, ServiceAccount.class);
    for (PodTemplateSpec template : podTemplates(overlay)) {
      PodSpec pod = template.getSpec();
      if (pod.getServiceAccountName() != null) {
        assertThat(accounts).contains(pod.getServiceAccountName());
      }
      for (Volume volume : pod.getVolumes()) {
        if (volume.getConfigMap() != null) {
          assertThat(configMaps).contains(volume.getConfigMap().getName());
        }
        if (volume.getSecret() != null) {
          assertThat(secrets).contains(volume.getSecret().getSecretName());
        }
      }
      for (Container container : pod.getContainers()) {
        for (EnvFromSource source : container.getEnvFrom()) {
          assertThat(configMaps).contains(source.getConfigMapRef().getName());
        }
        for (EnvVar variable : container.getEnv()) {
          if (variable.getValueFrom() != null
              && variable.getValueFrom().getSecretKeyRef() != null) {
            assertThat(secrets).contains(variable.getValueFrom().getSecretKeyRef().getName());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production"})
  void servicesAndBudgetsSelectPodsAndPoliciesAdmitOnlyPortsThatAreThere(String overlay)
      throws Exception {
    List<PodTemplateSpec> templates = podTemplates(overlay);
    List<Map<String, String>> labels =
        Stream.concat(
                templates.stream().map(template -> template.getMetadata().getLabels()),
                // Jobs of several pods, which the launcher makes.
                Stream.of(Map.of("connectome.dev/several-pods", "true")))
            .toList();
    for (HasMetadata object : typed(overlay)) {
      if (object instanceof Service service) {
        assertThat(labels).anyMatch(pod -> selects(service.getSpec().getSelector(), pod));
      } else if (object instanceof PodDisruptionBudget budget) {
        assertThat(labels)
            .anyMatch(pod -> selects(budget.getSpec().getSelector().getMatchLabels(), pod));
      } else if (object instanceof NetworkPolicy policy) {
        policy.getSpec().getIngress().stream()
            .flatMap(rule -> rule.getPorts().stream())
            .map(port -> port.getPort().getIntVal())
            .filter(port -> port != 9420)
            .forEach(port -> assertThat(ports(templates)).contains(port));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "trainings"})
  void theControllerMayDoWhatItsLauncherDoesAndNothingElse(String overlay) throws Exception {
    Role role =
        typed(overlay).stream()
            .filter(Role.class::isInstance)
            .map(Role.class::cast)
            .findFirst()
            .orElseThrow();

    assertThat(role.getRules())
        .extracting(rule -> rule.getResources() + " " + rule.getVerbs())
        .containsExactlyInAnyOrder(
            "[jobs] [create, get, list, watch, delete]",
            "[pods] [get, list, watch]",
            "[pods/log] [get]",
            "[events] [list, watch]");
  }

  @Test
  void noServiceIsScaledBeyondThePartitions() throws Exception {
    Map<String, Map<String, Object>> objects = RenderedObjects.byId(render("production"));
    String partitions =
        Kustomization.map(objects.get("ConfigMap/connectome-service-config").get("data"))
            .get("CONNECTOME_KAFKA_PARTITIONS")
            .toString();
    Map<String, Object> scaled =
        Kustomization.map(objects.get("ScaledObject/connectome").get("spec"));

    assertThat(scaled.get("maxReplicaCount").toString()).isEqualTo(partitions);
    assertThat(Kustomization.map(scaled.get("scaleTargetRef")))
        .isEqualTo(Map.of("apiVersion", "apps/v1", "kind", "StatefulSet", "name", "connectome"));
    for (Object trigger : (List<?>) scaled.get("triggers")) {
      Map<String, Object> metadata = Kustomization.map(Kustomization.map(trigger).get("metadata"));
      assertThat(metadata.keySet())
          .contains("bootstrapServers", "consumerGroup", "topic", "lagThreshold");
      assertThat(metadata.values()).allMatch(String.class::isInstance);
    }
    assertThat(objects.get("StatefulSet/connectome").get("spec"))
        .satisfies(spec -> assertThat(Kustomization.map(spec)).doesNotContainKey("replicas"));
  }

  @Test
  void whatIsWatchedIsThere() throws Exception {
    Map<String, Map<String, Object>> objects = RenderedObjects.byId(render("production"));
    Set<String> portNames =
        typed("production").stream()
            .filter(Service.class::isInstance)
            .flatMap(service -> ((Service) service).getSpec().getPorts().stream())
            .map(port -> port.getName())
            .collect(Collectors.toSet());
    Map<String, Object> monitor =
        Kustomization.map(objects.get("ServiceMonitor/connectome").get("spec"));
    for (Object endpoint : (List<?>) monitor.get("endpoints")) {
      assertThat(portNames).contains(Kustomization.map(endpoint).get("port").toString());
    }
    Map<String, Object> rules =
        Kustomization.map(objects.get("PrometheusRule/connectome").get("spec"));
    for (Object group : (List<?>) rules.get("groups")) {
      for (Object rule : (List<?>) Kustomization.map(group).get("rules")) {
        assertThat(Kustomization.map(rule)).containsKeys("alert", "expr", "labels", "annotations");
      }
    }
  }

  @Test
  void theTemplateInTheManifestsIsOneThatTheLauncherTakes() throws Exception {
    Map<String, Object> data =
        Kustomization.map(
            RenderedObjects.byId(render("dev")).get("ConfigMap/job-template").get("data"));

    assertThat(
            UnknownFields.of(
                SERIALIZATION.unmarshal(
                    data.get("job.yaml").toString(),
                    io.fabric8.kubernetes.api.model.batch.v1.Job.class)))
        .isEmpty();
  }

  @Test
  void noSecretIsInTheManifestsButThoseForDevelopment() throws Exception {
    assertThat(names(typed("production"), Secret.class)).isEmpty();
    assertThat(names(typed("dev"), Secret.class))
        .containsExactlyInAnyOrder(
            "connectome-postgres", "connectome-tokens", "connectome-trainer-token");
    try (Stream<Path> files = Files.walk(OVERLAYS.getParent().resolve("base"))) {
      assertThat(files.filter(Files::isRegularFile))
          .allSatisfy(
              file -> assertThat(Files.readString(file)).doesNotContainIgnoringCase("password:"));
    }
  }

  @Test
  void theRuntimeOfTheExamplesIsOneThatTheLauncherTakes() throws Exception {
    assertThat(
            UnknownFields.of(
                SERIALIZATION.unmarshal(
                    Files.readString(OVERLAYS.resolveSibling("examples").resolve("torchrun.yaml")),
                    io.fabric8.kubernetes.api.model.batch.v1.Job.class)))
        .isEmpty();
  }

  private static List<Map<String, Object>> render(String overlay) throws IOException {
    return Kustomization.render(OVERLAYS.resolve(overlay));
  }

  private static List<HasMetadata> typed(String overlay) throws IOException {
    return render(overlay).stream()
        .filter(object -> !CUSTOM.containsKey(object.get("apiVersion").toString()))
        .map(ManifestsTest::typed)
        .toList();
  }

  private static HasMetadata typed(Map<String, Object> object) {
    return SERIALIZATION.unmarshal(SERIALIZATION.asJson(object));
  }

  private static List<PodTemplateSpec> podTemplates(String overlay) throws IOException {
    List<PodTemplateSpec> templates = new ArrayList<>();
    for (HasMetadata object : typed(overlay)) {
      if (object instanceof Deployment deployment) {
        templates.add(deployment.getSpec().getTemplate());
      } else if (object instanceof StatefulSet set) {
        templates.add(set.getSpec().getTemplate());
      }
    }
    assertThat(templates).hasSizeGreaterThanOrEqualTo(2);
    return templates;
  }

  private static List<Container> ownContainers(String overlay) throws IOException {
    return podTemplates(overlay).stream()
        .flatMap(template -> template.getSpec().getContainers().stream())
        .filter(container -> container.getImage().startsWith("connectome/"))
        .toList();
  }

  private static Set<Integer> ports(List<PodTemplateSpec> templates) {
    return templates.stream()
        .flatMap(template -> template.getSpec().getContainers().stream())
        .flatMap(container -> container.getPorts().stream())
        .map(ContainerPort::getContainerPort)
        .collect(Collectors.toSet());
  }

  private static boolean selects(Map<String, String> selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(selector.entrySet());
  }

  private static Set<String> names(List<HasMetadata> objects, Class<?> kind) {
    return objects.stream()
        .filter(kind::isInstance)
        .map(object -> object.getMetadata().getName())
        .collect(Collectors.toSet());
  }
}
