package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart says the same as the kustomizations. Skipped where Helm is not installed. */
class HelmChartTest {

  private static final Path K8S = Path.of("..", "k8s");
  private static final String CHART = K8S.resolve("helm").resolve("connectome").toString();

  @BeforeEach
  void helmIsInstalled() throws Exception {
    try {
      helm("version");
    } catch (IOException e) {
      Assumptions.abort("helm is not installed: " + e.getMessage());
    }
  }

  @Test
  void byDefaultItIsTheOverlaysOfProductionAndOfTrainings() throws Exception {
    List<Map<String, Object>> overlays = new ArrayList<>();
    for (String overlay : List.of("production", "trainings")) {
      overlays.addAll(Kustomization.render(K8S.resolve("overlays").resolve(overlay)));
    }
    Map<String, Map<String, Object>> expected = RenderedObjects.byPlace(overlays);
    // A release does not make its own namespace.
    expected.remove("null/Namespace/connectome");

    Map<String, Map<String, Object>> actual = template();

    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, object) -> assertThat(actual.get(id)).as(id).isEqualTo(object));
  }

  @Test
  void theFactsOfBothAreInTheSameFiles() throws IOException {
    try (Stream<Path> links = Files.list(Path.of(CHART)).filter(Files::isSymbolicLink)) {
      assertThat(links.map(link -> link.getFileName().toString()))
          .containsExactlyInAnyOrder("base", "production", "tenant", "trainings");
    }
  }

  @Test
  void eachTenantHasItsNamespaceAndThePlatformItsOwn() throws Exception {
    Map<String, Map<String, Object>> objects =
        template(
            "--namespace=platform",
            "--set=trainings[0].name=team-a",
            "--set=trainings[1].name=team-b",
            "--set=trainings[1].create=false",
            "--set=controller.settings.connectome\\.launch\\.kubernetes\\.max-devices=8",
            "--set=autoscaling.enabled=false",
            "--set=monitoring.enabled=false");

    assertThat(objects.keySet())
        .contains("team-a/Role/controller", "team-b/Role/controller", "null/Namespace/team-a")
        .doesNotContain("platform/Role/controller", "null/Namespace/team-b")
        .noneMatch(id -> id.contains("ScaledObject") || id.contains("PrometheusRule"));
    assertThat(objects.get("team-b/RoleBinding/controller").toString())
        .contains("namespace=platform");
    assertThat(objects.get("team-b/NetworkPolicy/trainer").toString())
        .contains("kubernetes.io/metadata.name=platform")
        .doesNotContain("metadata.name=connectome");
    assertThat(objects.get("platform/ConfigMap/controller-config").toString())
        .contains("controller.platform.svc:9400")
        .contains("CONNECTOME_LAUNCH_KUBERNETES_NAMESPACE=team-a");
    assertThat(objects.get("platform/ConfigMap/controller-settings").toString())
        .contains("connectome.launch.kubernetes.namespaces.team-b.")
        .contains("connectome.launch.kubernetes.max-devices=8");
    assertThat(Kustomization.map(objects.get("platform/StatefulSet/connectome").get("spec")))
        .containsEntry("replicas", "2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka.port=high",
        "database.url=postgres://elsewhere",
        "controler.replicas=3",
        "trainings[0].name=Team_A"
      })
  void valuesThatCannotBeRightAreRefusedByTheirName(String value) throws Exception {
    Result result = helm("template", "connectome", CHART, "--set", value);

    assertThat(result.exitCode()).isNotZero();
    assertThat(result.errors()).contains(value.substring(0, value.indexOf('=')).split("[.\\[]")[0]);
  }

  @Test
  void itPassesItsLint() throws Exception {
    assertThat(helm("lint", "--strict", CHART).exitCode()).isZero();
  }

  private static Map<String, Map<String, Object>> template(String... options) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("template", "connectome", CHART, "--namespace=connectome"));
    arguments.addAll(List.of(options));
    Result result = helm(arguments.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.errors()).isZero();
    return RenderedObjects.byPlace(Kustomization.documents(result.output()));
  }

  private record Result(int exitCode, String output, String errors) {}

  private static Result helm(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("helm"));
    command.addAll(List.of(arguments));
    Path errors = Files.createTempFile("helm", ".txt");
    try {
      Process helm = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String output = new String(helm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(helm.waitFor(), output, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
