package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.fixture.UnknownFields;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.VolumeSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of trainers that are not the platform's own. */
class AnyTrainerTest {

  private static final UUID RUN = UUID.fromString("11111111-2222-3333-4444-555555555555");

  @TempDir Path runtimes;

  @BeforeEach
  void writeRuntime() throws IOException {
    Files.writeString(
        runtimes.resolve("torch.yaml"),
        """
        apiVersion: batch/v1
        kind: Job
        spec:
          template:
            spec:
              securityContext: {runAsUser: 1000}
              containers:
                - name: trainer
                  image: example.org/torch:3
                  command: [python, -m, train]
                  args: [--learning-rate, $(CONNECTOME_PARAMETER_lr)]
                  env: [{name: NCCL_DEBUG, value: WARN}]
                  envFrom: [{configMapRef: {name: proxies}}]
        """);
    // As Kubernetes lays a ConfigMap out: these are not runtimes.
    Files.createDirectory(runtimes.resolve("..data"));
    Files.writeString(runtimes.resolve("README.md"), "nothing");
  }

  @Test
  void aRuntimeIsLaidUnderTheRunByItsName() {
    Job job = job(KubernetesSpec.newBuilder().setRuntime("torch"));

    assertThat(trainer(job).getImage()).isEqualTo("example.org/torch:3");
    assertThat(trainer(job).getCommand()).containsExactly("python", "-m", "train");
    assertThat(trainer(job).getArgs())
        .containsExactly("--learning-rate", "$(CONNECTOME_PARAMETER_lr)");
    assertThat(variable(job, "NCCL_DEBUG").getValue()).isEqualTo("WARN");
    assertThat(variable(job, "CONNECTOME_INSTANCE_ID").getValue()).isEqualTo("instance");
    assertThat(variable(job, "CONNECTOME_RUN").getValue()).isEqualTo("a-run");
    assertThat(variable(job, "CONNECTOME_URL").getValue()).isEqualTo("http://controller:9480");
    assertThat(pod(job).getSecurityContext().getRunAsUser()).isEqualTo(1000);
    assertThat(pod(job).getSecurityContext().getRunAsNonRoot()).isTrue();
    // What names none is the platform's own trainer, as before.
    assertThat(trainer(job(KubernetesSpec.newBuilder())).getImage())
        .isEqualTo("example.org/trainer:1");
    assertThat(trainer(job(KubernetesSpec.newBuilder())).getCommand()).isEmpty();
  }

  @Test
  void aRuntimeThatIsGoneFailsItsRunByName() {
    assertThatThrownBy(() -> job(KubernetesSpec.newBuilder().setRuntime("jax")))
        .hasMessageContaining("\"jax\"")
        .hasMessageContaining("[torch]");
  }

  @Test
  void theRunsOwnWordsAreInItsJobAndNeverReplaceThePlatforms() {
    Job job =
        job(
            KubernetesSpec.newBuilder()
                .setRuntime("torch")
                .setImage("example.org/mine:1")
                .addCommand("bash")
                .addArgs("-c")
                .addArgs("exec train")
                .putEnvironment("WORLD_SIZE", "99")
                .putEnvironment("A", "$(CONNECTOME_RUN)")
                .setPods(2)
                .addSecretEnvironment(
                    SecretVariable.newBuilder().setName("KEY").setSecret("s3").setKey("key"))
                .addEnvironmentFrom(
                    EnvironmentSource.newBuilder().setSecret("hub").setPrefix("HF_")));

    assertThat(trainer(job).getImage()).isEqualTo("example.org/mine:1");
    assertThat(trainer(job).getCommand()).containsExactly("bash");
    assertThat(trainer(job).getArgs()).containsExactly("-c", "exec train");
    assertThat(variable(job, "A").getValue()).isEqualTo("$(CONNECTOME_RUN)");
    assertThat(variable(job, "WORLD_SIZE").getValue()).isEqualTo("2");
    assertThat(variable(job, "KEY").getValueFrom().getSecretKeyRef().getName()).isEqualTo("s3");
    // Variables refer to those before them.
    List<String> names = trainer(job).getEnv().stream().map(EnvVar::getName).toList();
    assertThat(names.indexOf("A")).isGreaterThan(names.indexOf("CONNECTOME_RUN"));
    assertThat(trainer(job).getEnvFrom()).hasSize(2);
    assertThat(trainer(job).getEnvFrom().get(1).getPrefix()).isEqualTo("HF_");
  }

  @Test
  void parametersReachTheTrainerUnchangedAsVariablesAndAsAFile() {
    String awkward = "{\"a\": \"$(HOME) 'x'\\n\"}";
    Job job =
        job(
            KubernetesSpec.newBuilder()
                .putParameters("lr", "0.1")
                .putParameters("awkward", awkward));

    assertThat(variable(job, "CONNECTOME_PARAMETER_lr").getValue()).isEqualTo("0.1");
    // Kubernetes makes $( of $$(.
    assertThat(variable(job, "CONNECTOME_PARAMETER_awkward").getValue().replace("$$(", "$("))
        .isEqualTo(awkward);
    String file = variable(job, "CONNECTOME_PARAMETERS_FILE").getValue();
    VolumeMount mount =
        trainer(job).getVolumeMounts().stream()
            .filter(one -> file.startsWith(one.getMountPath() + "/"))
            .findFirst()
            .orElseThrow();
    var item = volume(job, mount.getName()).getDownwardAPI().getItems().get(0);
    assertThat(mount.getMountPath() + "/" + item.getPath()).isEqualTo(file);
    assertThat(item.getFieldRef().getFieldPath())
        .isEqualTo("metadata.annotations['connectome.dev/parameters']");
    String json =
        job.getSpec().getTemplate().getMetadata().getAnnotations().get("connectome.dev/parameters");
    assertThat(new KubernetesSerialization().unmarshal(json, Map.class))
        .isEqualTo(Map.of("lr", "0.1", "awkward", awkward));
  }

  @Test
  void volumesAreMountedWhereTheRunWantsThemAndReadOnlyUnlessTheyAreToBeWritten() {
    Job job =
        job(
            KubernetesSpec.newBuilder()
                .addVolumes(volume("a", "/data/a").setClaim("images").setSubPath("train"))
                .addVolumes(volume("b", "/data/b").setClaim("results").setWritable(true))
                .addVolumes(volume("c", "/data/c").setSecret("hub"))
                .addVolumes(volume("d", "/data/d").setConfigMap("recipes"))
                .addVolumes(volume("e", "/data/e").setEmpty("10Gi")));

    assertThat(volume(job, "a").getPersistentVolumeClaim().getReadOnly()).isTrue();
    assertThat(mount(job, "a").getReadOnly()).isTrue();
    assertThat(mount(job, "a").getSubPath()).isEqualTo("train");
    assertThat(volume(job, "b").getPersistentVolumeClaim().getReadOnly()).isFalse();
    assertThat(mount(job, "b").getReadOnly()).isNull();
    assertThat(volume(job, "c").getSecret().getSecretName()).isEqualTo("hub");
    assertThat(volume(job, "d").getConfigMap().getName()).isEqualTo("recipes");
    assertThat(volume(job, "e").getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("10Gi"));
  }

  @Test
  void severalPodsAreOneIndexedJobWhosePodsKnowEachOther() {
    Job job = job(KubernetesSpec.newBuilder().setPods(4));
    Job single = job(KubernetesSpec.newBuilder());

    assertThat(job.getSpec().getCompletionMode()).isEqualTo("Indexed");
    assertThat(job.getSpec().getCompletions()).isEqualTo(4);
    assertThat(job.getSpec().getParallelism()).isEqualTo(4);
    assertThat(job.getSpec().getBackoffLimit()).isZero();
    // The name of a pod as a host, with the longest attempt, is a DNS label.
    assertThat(job.getMetadata().getName().length() + "99999999".length() + "-999".length())
        .isLessThan(64);
    assertThat(pod(job).getSubdomain()).isEqualTo("trainers");
    assertThat(variable(job, "MASTER_ADDR").getValue())
        .isEqualTo(job.getMetadata().getName() + "-0.trainers");
    assertThat(variable(job, "RANK").getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("metadata.annotations['batch.kubernetes.io/job-completion-index']");
    assertThat(variable(job, "CONNECTOME_PODS").getValue()).isEqualTo("4");
    assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("connectome.dev/several-pods", "true");
    assertThat(variable(single, "CONNECTOME_RANK").getValue()).isEqualTo("0");
    assertThat(single.getSpec().getCompletionMode()).isNull();
    assertThat(single.getSpec().getTemplate().getMetadata().getLabels())
        .doesNotContainKey("connectome.dev/several-pods");
  }

  @Test
  void whatKueueOrdersByIsALabelOfTheJob() {
    Job job =
        job(KubernetesSpec.newBuilder().setQueue("team-a").setQueuePriorityClass("production"));

    assertThat(job.getMetadata().getLabels())
        .containsEntry("kueue.x-k8s.io/queue-name", "team-a")
        .containsEntry("kueue.x-k8s.io/priority-class", "production");
  }

  private static VolumeSpec.Builder volume(String name, String path) {
    return VolumeSpec.newBuilder().setName(name).setMountPath(path);
  }

  /** Each has only fields that Jobs have. */
  private Job job(KubernetesSpec.Builder spec) {
    var run = TrainingRun.newBuilder().setKubernetes(spec).build();
    Job job =
        new JobTemplate(settings(), new UUID(0, 2))
            .job(new Launch(RUN, "a-run", 3, "instance", new RunDefinition(run)));
    assertThat(UnknownFields.of(job)).isEmpty();
    return job;
  }

  private static PodSpec pod(Job job) {
    return job.getSpec().getTemplate().getSpec();
  }

  private static Container trainer(Job job) {
    return pod(job).getContainers().get(0);
  }

  private static EnvVar variable(Job job, String name) {
    return trainer(job).getEnv().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Volume volume(Job job, String name) {
    return pod(job).getVolumes().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static VolumeMount mount(Job job, String name) {
    return trainer(job).getVolumeMounts().stream()
        .filter(one -> one.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private KubernetesLauncherSettings settings() {
    return new KubernetesLauncherSettings(
        Optional.empty(),
        Set.of(),
        Optional.of("example.org/trainer:1"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(runtimes),
        Map.of("CONNECTOME_URL", "http://controller:9480"),
        10,
        Duration.ofMinutes(10),
        Duration.ofMinutes(15),
        50);
  }
}
