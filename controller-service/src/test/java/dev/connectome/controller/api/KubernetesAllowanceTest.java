package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.Toleration;
import dev.connectome.protos.run.v1.VolumeSpec;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
          "node-labels",
          "runtimes",
          "variables",
          "secrets",
          "config-maps",
          "writable-claims",
          "queue-priority-classes");

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
            .setRuntime("theirs")
            .addCommand("sh")
            .addArgs("-c")
            .putEnvironment("LD_PRELOAD", "/tmp/x.so")
            .addSecretEnvironment(
                SecretVariable.newBuilder().setName("KEY").setSecret("s3").setKey("key"))
            .addEnvironmentFrom(EnvironmentSource.newBuilder().setConfigMap("proxies"))
            .addVolumes(
                VolumeSpec.newBuilder().setName("a").setClaim("somebodys").setWritable(true))
            .setQueuePriorityClass("urgent")
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
            "training_run.kubernetes.tolerations",
            "training_run.kubernetes.runtime",
            "training_run.kubernetes.command",
            "training_run.kubernetes.args",
            "training_run.kubernetes.environment",
            "training_run.kubernetes.secret_environment",
            "training_run.kubernetes.secret_environment",
            "training_run.kubernetes.environment_from",
            "training_run.kubernetes.volumes",
            "training_run.kubernetes.queue_priority_class");
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
    for (boolean writable : List.of(true, false)) {
      VolumeSpec volume =
          VolumeSpec.newBuilder().setName("a").setClaim(claim).setWritable(writable).build();
      assertThat(violations(KubernetesSpec.newBuilder().addVolumes(volume), all)).hasSize(1);
    }
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

  @ParameterizedTest
  @ValueSource(strings = {"connectome-postgres", "connectome-tokens", "kafka", "trainers"})
  void thePlatformsOwnSecretsAreNobodysWhateverIsAllowed(String secret) {
    Map<String, String> all =
        Map.of(
            "kafka-secret", "kafka",
            "token-secret", "trainers",
            "allow.secrets", "*",
            "allow.variables", "*");

    assertThat(
            KubernetesAllowance.violations(
                KubernetesSpec.newBuilder()
                    .addSecretEnvironment(
                        SecretVariable.newBuilder().setName("A").setSecret(secret).setKey("a"))
                    .addEnvironmentFrom(EnvironmentSource.newBuilder().setSecret(secret))
                    .addVolumes(VolumeSpec.newBuilder().setName("a").setSecret(secret))
                    .build(),
                settings(all)))
        .hasSize(3)
        .allSatisfy(one -> assertThat(one.problem()).contains("belongs to the platform itself"));
  }

  @Test
  void eachNamespaceHasItsOwnListsAndARunIsInOneThatIsServed() {
    Map<String, String> tenants =
        Map.of(
            "namespace", "trainings",
            "allow.images", "registry.example.com/common/*",
            "namespaces.team-a.allow.images", "registry.example.com/a/*",
            "namespaces.team-a.max-devices", "8",
            "namespaces.team-b.max-devices", "0");
    KubernetesSpec own = KubernetesSpec.newBuilder().setImage("registry.example.com/a/x:1").build();

    assertThat(violations(own.toBuilder().setNamespace("team-a"), tenants)).isEmpty();
    assertThat(violations(own.toBuilder().setNamespace("team-b"), tenants))
        .extracting(Violation::problem)
        .containsExactly(
            "may not be \"registry.example.com/a/x:1\" here: leave it out, or ask the operator to"
                + " add it to connectome.launch.kubernetes.namespaces.team-b.allow.images");
    assertThat(violations(own.toBuilder(), tenants)).hasSize(1);
    assertThat(violations(own.toBuilder().setNamespace("kube-system"), tenants))
        .extracting(Violation::field)
        .containsExactly("training_run.kubernetes.namespace");
    assertThat(violations(KubernetesSpec.newBuilder().setNamespace("trainings"), tenants))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, 4, true", "3, 4, false", "1, 9, false", "1, 0, true"})
  void devicesAreCountedInAllPodsOfARun(int pods, String gpus, boolean fits) {
    KubernetesSpec.Builder spec =
        KubernetesSpec.newBuilder()
            .setPods(pods)
            .putLimits("nvidia.com/gpu", gpus)
            .putRequests("nvidia.com/gpu", gpus)
            .putLimits("memory", "64Gi");

    assertThat(violations(spec, Map.of("max-devices", "8"))).hasSize(fits ? 0 : 1);
    assertThat(violations(spec, Map.of())).isEmpty();
  }

  @Test
  void aRuntimeIsOneOfTheOperatorsFiles(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("torch.yaml"), "");
    Files.writeString(folder.resolve("jax.yaml"), "");
    Map<String, String> all = Map.of("runtimes", folder.toString());
    Map<String, String> some = Map.of("runtimes", folder.toString(), "allow.runtimes", "jax");

    assertThat(violations(KubernetesSpec.newBuilder().setRuntime("torch"), all)).isEmpty();
    assertThat(violations(KubernetesSpec.newBuilder().setRuntime("torch"), some)).hasSize(1);
    assertThat(violations(KubernetesSpec.newBuilder().setRuntime("tensorflow"), all))
        .extracting(Violation::problem)
        .containsExactly(
            "may not be \"tensorflow\" here: the operator's runtimes are [jax, torch]");
  }

  private static List<Violation> violations(
      KubernetesSpec.Builder spec, Map<String, String> values) {
    return KubernetesAllowance.violations(spec.build(), settings(values));
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
