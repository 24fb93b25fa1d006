package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.Toleration;
import dev.connectome.protos.run.v1.TrainingRun;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobTemplateTest {

  private static final UUID RUN = UUID.fromString("11111111-2222-3333-4444-555555555555");
  private static final UUID INSTALLATION = UUID.fromString("99999999-2222-3333-4444-555555555555");

  @TempDir Path directory;

  @Test
  void aJobIsOneAttemptAndNobodyButTheControllerTriesAgain() {
    Job job = job(settings(), TrainingRun.getDefaultInstance());

    assertThat(job.getMetadata().getName())
        .isEqualTo("connectome-" + RUN + "-3")
        .hasSizeLessThan(64);
    assertThat(job.getSpec().getBackoffLimit()).isZero();
    assertThat(job.getSpec().getPodReplacementPolicy()).isEqualTo("Failed");
    assertThat(job.getSpec().getTtlSecondsAfterFinished()).isGreaterThanOrEqualTo(86_400);
    assertThat(pod(job).getRestartPolicy()).isEqualTo("Never");
    assertThat(pod(job).getTerminationGracePeriodSeconds()).isGreaterThan(60);
    assertThat(job.getSpec().getSuspend()).isNull();
    assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("connectome.dev/run-uid", RUN.toString())
        .containsEntry("connectome.dev/attempt", "3")
        .containsEntry("connectome.dev/installation", INSTALLATION.toString())
        .containsEntry("app.kubernetes.io/managed-by", "connectome-controller")
        .containsEntry("app.kubernetes.io/instance", "a-run");
  }

  @Test
  void itsPodMeetsTheRestrictedSecurityStandard() {
    Job job = job(settings(), TrainingRun.getDefaultInstance());

    assertThat(pod(job).getAutomountServiceAccountToken()).isFalse();
    assertThat(pod(job).getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod(job).getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    var context = trainer(job).getSecurityContext();
    assertThat(context.getAllowPrivilegeEscalation()).isFalse();
    assertThat(context.getReadOnlyRootFilesystem()).isTrue();
    assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
  }

  @Test
  void theTrainerIsToldWhatItNeeds() {
    Job job = job(settings(), TrainingRun.getDefaultInstance());

    assertThat(TestCluster.environment(job, "CONNECTOME_RUN_UID")).isEqualTo(RUN.toString());
    assertThat(TestCluster.environment(job, "CONNECTOME_INSTANCE_ID")).isEqualTo("instance");
    assertThat(TestCluster.environment(job, "CONNECTOME_CONTROLLER_ENDPOINT"))
        .isEqualTo("controller:9400");
    assertThat(TestCluster.environment(job, "CONNECTOME_OUTCOME_FILE"))
        .isEqualTo("/dev/termination-log");
    // Its path only: whoever may see the Job does not see the token.
    assertThat(TestCluster.environment(job, "CONNECTOME_TOKEN_FILE"))
        .isEqualTo("/etc/connectome/token/token");
    assertThat(volume(job, "token").getSecret().getSecretName()).isEqualTo("trainers");
    assertThat(trainer(job).getEnv())
        .filteredOn(variable -> variable.getName().equals("CONNECTOME_CONTROL_HOST"))
        .extracting(variable -> variable.getValueFrom().getFieldRef().getFieldPath())
        .containsExactly("status.podIP");
  }

  @Test
  void whatTheRunAsksForIsInItsJob() {
    Job job =
        job(
            settings(),
            TrainingRun.newBuilder()
                .putLabels("tenant", "vision")
                .setKubernetes(
                    KubernetesSpec.newBuilder()
                        .setImage("example.org/mine:2")
                        .addImagePullSecrets("registry")
                        .putLimits("nvidia.com/gpu", "2")
                        .putLimits("memory", "8Gi")
                        .putRequests("cpu", "4")
                        .putNodeSelector("gpu", "h200")
                        .addTolerations(
                            Toleration.newBuilder()
                                .setKey("nvidia.com/gpu")
                                .setOperator("Exists")
                                .setEffect("NoSchedule"))
                        .setPriorityClass("high")
                        .setQueue("team-a")
                        .setDataClaim("images")
                        .setCheckpointClaim("weights")
                        .setActiveDeadline(Durations.fromHours(12)))
                .build());

    assertThat(trainer(job).getImage()).isEqualTo("example.org/mine:2");
    assertThat(pod(job).getImagePullSecrets()).extracting("name").containsExactly("registry");
    assertThat(trainer(job).getResources().getLimits())
        .containsEntry("nvidia.com/gpu", new Quantity("2"))
        .containsEntry("memory", new Quantity("8Gi"));
    assertThat(trainer(job).getResources().getRequests()).containsEntry("cpu", new Quantity("4"));
    assertThat(pod(job).getNodeSelector()).containsEntry("gpu", "h200");
    assertThat(pod(job).getTolerations()).extracting("key").containsExactly("nvidia.com/gpu");
    assertThat(pod(job).getPriorityClassName()).isEqualTo("high");
    assertThat(job.getMetadata().getLabels())
        .containsEntry("kueue.x-k8s.io/queue-name", "team-a")
        .containsEntry("connectome.dev/tenant", "vision");
    assertThat(job.getSpec().getSuspend()).isTrue();
    assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(12 * 3600);
    assertThat(volume(job, "data").getPersistentVolumeClaim().getReadOnly()).isTrue();
    assertThat(volume(job, "checkpoints").getPersistentVolumeClaim().getClaimName())
        .isEqualTo("weights");
    assertThat(trainer(job).getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals("checkpoints"))
        .extracting(VolumeMount::getSubPath)
        .containsExactly(RUN.toString());
  }

  @Test
  void aRunToleratesTheTaintOfTheDevicesThatItGetsAndNoOther() {
    KubernetesSpec.Builder spec =
        KubernetesSpec.newBuilder().putLimits("nvidia.com/gpu", "1").putLimits("memory", "8Gi");

    Job withDevice = job(settings(), TrainingRun.newBuilder().setKubernetes(spec).build());
    Job without = job(settings(), TrainingRun.getDefaultInstance());
    Job zero =
        job(
            settings(),
            TrainingRun.newBuilder()
                .setKubernetes(KubernetesSpec.newBuilder().putLimits("example.com/taint", "0"))
                .build());

    assertThat(pod(withDevice).getTolerations())
        .extracting("key", "operator", "effect")
        .containsExactly(Tuple.tuple("nvidia.com/gpu", "Exists", "NoSchedule"));
    assertThat(pod(without).getTolerations()).isEmpty();
    assertThat(pod(zero).getTolerations()).isEmpty();
  }

  @Test
  void aTemplateMayGiveVolumesAnotherSource() throws Exception {
    Path template = directory.resolve("job.yaml");
    Files.writeString(
        template,
        """
        apiVersion: batch/v1
        kind: Job
        spec:
          template:
            spec:
              volumes:
                - {name: tmp, ephemeral: {}}
                - {name: checkpoints, hostPath: {path: /scratch}}
        """);

    Job job = job(withTemplate(template), TrainingRun.getDefaultInstance());

    assertThat(volume(job, "tmp").getEmptyDir()).isNull();
    assertThat(volume(job, "checkpoints").getEmptyDir()).isNull();
    assertThat(volume(job, "checkpoints").getHostPath().getPath()).isEqualTo("/scratch");
  }

  @Test
  void theOperatorsTemplateIsLaidOverTheSkeletonAndUnderTheRun() throws Exception {
    Path template = directory.resolve("job.yaml");
    Files.writeString(
        template,
        """
        apiVersion: batch/v1
        kind: Job
        metadata:
          annotations: {team: platform}
        spec:
          ttlSecondsAfterFinished: 200000
          template:
            spec:
              serviceAccountName: trainers
              tolerations:
                - {key: spot, operator: Exists}
              containers:
                - name: trainer
                  env: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]
                - name: sidecar
                  image: example.org/sidecar:1
              securityContext:
                runAsUser: null
        """);

    Job job =
        job(
            withTemplate(template),
            TrainingRun.newBuilder()
                .setKubernetes(
                    KubernetesSpec.newBuilder()
                        .addTolerations(Toleration.newBuilder().setKey("gpu").setValue("yes")))
                .build());

    assertThat(job.getMetadata().getAnnotations()).containsEntry("team", "platform");
    assertThat(job.getSpec().getTtlSecondsAfterFinished()).isEqualTo(200_000);
    assertThat(pod(job).getServiceAccountName()).isEqualTo("trainers");
    assertThat(pod(job).getTolerations()).extracting("key").containsExactly("spot", "gpu");
    assertThat(pod(job).getContainers()).extracting("name").containsExactly("trainer", "sidecar");
    assertThat(TestCluster.environment(job, "HTTPS_PROXY")).isEqualTo("http://proxy:3128");
    assertThat(TestCluster.environment(job, "CONNECTOME_RUN_UID")).isEqualTo(RUN.toString());
    assertThat(pod(job).getSecurityContext().getRunAsUser()).isNull();
    assertThat(pod(job).getSecurityContext().getRunAsNonRoot()).isTrue();
  }

  @Test
  void aTemplateThatIsMissingOrNoYamlIsRefusedByItsPath() throws Exception {
    Path missing = directory.resolve("none.yaml");
    Path list = directory.resolve("list.yaml");
    Files.writeString(list, "- 1\n");

    assertThatThrownBy(() -> new JobTemplate(withTemplate(missing), INSTALLATION))
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> new JobTemplate(withTemplate(list), INSTALLATION))
        .hasMessageContaining(list.toString());
  }

  @Test
  void aRunForWhichNobodyNamesAnImageIsRefused() {
    KubernetesLauncherSettings imageless = settings(Optional.empty(), Optional.empty());

    assertThatThrownBy(() -> job(imageless, TrainingRun.getDefaultInstance()))
        .hasMessageContaining("connectome.launch.kubernetes.image");
  }

  private static Job job(KubernetesLauncherSettings settings, TrainingRun run) {
    return new JobTemplate(settings, INSTALLATION)
        .job(new Launch(RUN, "a-run", 3, "instance", new RunDefinition(run)));
  }

  private static PodSpec pod(Job job) {
    return job.getSpec().getTemplate().getSpec();
  }

  private static Container trainer(Job job) {
    return pod(job).getContainers().get(0);
  }

  private static Volume volume(Job job, String name) {
    return pod(job).getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static KubernetesLauncherSettings settings() {
    return settings(Optional.of("example.org/trainer:1"), Optional.empty());
  }

  private static KubernetesLauncherSettings withTemplate(Path template) {
    return settings(Optional.of("example.org/trainer:1"), Optional.of(template));
  }

  private static KubernetesLauncherSettings settings(
      Optional<String> image, Optional<Path> template) {
    return new KubernetesLauncherSettings(
        Optional.empty(),
        Set.of(),
        image,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("trainers"),
        template,
        Optional.empty(),
        Map.of("CONNECTOME_CONTROLLER_ENDPOINT", "controller:9400"),
        10,
        Duration.ofMinutes(10),
        Duration.ofMinutes(15),
        50);
  }
}
