package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.Toleration;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KubernetesAllowanceTest {

  private static final String PREFIX = "connectome.launch.kubernetes.";
  private static final List<String> LISTS =
      List.of(
          "images",
          "image-pull-secrets",
          "data-claims",
          "checkpoint-claims",
          "priority-classes",
          "queues",
          "tolerations",
          "node-labels");

  @Test
  void byDefaultARunGetsNothingButWhatTheOperatorHasSet() {
    KubernetesSpec greedy =
        KubernetesSpec.newBuilder()
            .setImage("registry.attacker.example/x@sha256:0")
            .addImagePullSecrets("connectome-postgres")
            .setDataClaim("somebodys")
            .setCheckpointClaim("somebodys")
            .setPriorityClass("system-node-critical")
            .setQueue("team-a")
            .putNodeSelector("node-role.kubernetes.io/control-plane", "")
            .addTolerations(Toleration.newBuilder().setOperator("Exists"))
            .putLimits("nvidia.com/gpu", "1")
            .build();

    List<Violation> violations = KubernetesAllowance.violations(greedy, settings(Map.of()));

    assertThat(violations)
        .extracting(Violation::field)
        .containsExactlyInAnyOrder(
            "training_run.kubernetes.image",
            "training_run.kubernetes.image_pull_secrets",
            "training_run.kubernetes.data_claim",
            "training_run.kubernetes.checkpoint_claim",
            "training_run.kubernetes.priority_class",
            "training_run.kubernetes.queue",
            "training_run.kubernetes.node_selector",
            "training_run.kubernetes.tolerations");
    assertThat(violations.get(0).problem())
        .isEqualTo(
            "may not be \"registry.attacker.example/x@sha256:0\" here: leave it out, or ask the"
                + " operator to add it to connectome.launch.kubernetes.allow.images");
  }

  @Test
  void whatTheOperatorHasSetForAllMayBeNamed() {
    KubernetesSpec own =
        KubernetesSpec.newBuilder()
            .setImage("example.org/trainer:1")
            .setDataClaim("images")
            .setCheckpointClaim("checkpoints")
            .setQueue("all")
            .build();
    Map<String, String> set =
        Map.of(
            "image", "example.org/trainer:1",
            "data-claim", "images",
            "checkpoint-claim", "checkpoints",
            "queue", "all");

    assertThat(KubernetesAllowance.violations(own, settings(set))).isEmpty();
    assertThat(
            KubernetesAllowance.violations(KubernetesSpec.getDefaultInstance(), settings(Map.of())))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "registry.example.com/vision/*, registry.example.com/vision/mine:2, true",
    "registry.example.com/vision/*, registry.example.com/visionary/mine:2, false",
    "registry.example.com/vision/*, evil.example.com/registry.example.com/vision/x, false",
    "registry.example.com/*/mine:*, registry.example.com/vision/mine:2, true",
    "registry.example.com/*/mine:*, registry.example.com/vision/yours:2, false",
    "'a,registry.example.com/x:1', registry.example.com/x:1, true",
    "registry.example.com/x:1, registry.example.com/x:12, false",
    "*, anything, true"
  })
  void aStarStandsForAnyCharacters(String allowed, String image, boolean fits) {
    KubernetesSpec spec = KubernetesSpec.newBuilder().setImage(image).build();

    assertThat(KubernetesAllowance.violations(spec, settings(Map.of("allow.images", allowed))))
        .hasSize(fits ? 0 : 1);
  }

  @ParameterizedTest
  @MethodSource("platformsClaims")
  void thePlatformsOwnVolumesAreNobodysDataWhateverIsAllowed(String claim) {
    Map<String, String> all = new HashMap<>(Map.of("checkpoint-claim", "checkpoints"));
    LISTS.forEach(list -> all.put("allow." + list, "*"));

    assertThat(
            KubernetesAllowance.violations(
                KubernetesSpec.newBuilder().setDataClaim(claim).build(), settings(all)))
        .extracting(Violation::field)
        .containsExactly("training_run.kubernetes.data_claim");
    assertThat(
            KubernetesAllowance.violations(
                KubernetesSpec.newBuilder()
                    .setImage("any")
                    .addImagePullSecrets("any")
                    .setDataClaim("any")
                    .setPriorityClass("any")
                    .setQueue("any")
                    .putNodeSelector("any", "")
                    .addTolerations(Toleration.newBuilder().setOperator("Exists"))
                    .build(),
                settings(all)))
        .isEmpty();
  }

  /** The claim of the checkpoints, and those of the StatefulSets in the manifests. */
  private static Stream<String> platformsClaims() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..", "k8s"))) {
      List<String> claims =
          files
              .filter(file -> file.toString().endsWith(".yaml"))
              .flatMap(KubernetesAllowanceTest::statefulSets)
              .flatMap(
                  set ->
                      set.getSpec().getVolumeClaimTemplates().stream()
                          .map(
                              claim ->
                                  "%s-%s-11"
                                      .formatted(
                                          claim.getMetadata().getName(),
                                          set.getMetadata().getName())))
              .toList();
      assertThat(claims).hasSizeGreaterThanOrEqualTo(3);
      return Stream.concat(Stream.of("checkpoints"), claims.stream());
    }
  }

  private static Stream<StatefulSet> statefulSets(Path file) {
    String[] documents;
    try {
      documents = Files.readString(file).split("(?m)^---$");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Stream.of(documents)
        .filter(document -> document.contains("kind: StatefulSet"))
        .filter(document -> document.contains("volumeClaimTemplates:"))
        .map(document -> new KubernetesSerialization().unmarshal(document, StatefulSet.class));
  }

  private static KubernetesLaunchSettings settings(Map<String, String> values) {
    Map<String, String> prefixed = new HashMap<>();
    values.forEach((name, value) -> prefixed.put(PREFIX + name, value));
    return new SmallRyeConfigBuilder()
        .withMapping(ControllerSettings.class)
        .withConverter(Duration.class, 200, new DurationConverter())
        .addDefaultInterceptors()
        .withDefaultValue("quarkus.grpc.server.port", "1")
        .withDefaultValues(prefixed)
        .build()
        .getConfigMapping(ControllerSettings.class)
        .launch()
        .kubernetes();
  }
}
