package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.VolumeSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The volumes of a trainer's pod and where its container finds them. */
final class JobVolumes {

  static final String DATA_PATH = "/var/lib/connectome/data";
  static final String CHECKPOINT_PATH = "/var/lib/connectome/checkpoints";
  static final String KAFKA_PATH = "/etc/connectome/kafka";
  static final String TOKEN_PATH = "/etc/connectome/token";
  static final String RUN_PATH = "/etc/connectome/run";

  /** Of the pod: what its trainer alone understands. */
  static final String PARAMETERS = "connectome.dev/parameters";

  private final KubernetesLauncherSettings settings;

  JobVolumes(KubernetesLauncherSettings settings) {
    this.settings = settings;
  }

  List<Volume> volumes(KubernetesSpec spec) {
    List<Volume> volumes = new ArrayList<>();
    dataClaim(spec).ifPresent(claim -> volumes.add(claim("data", claim, true)));
    checkpointClaim(spec).ifPresent(claim -> volumes.add(claim("checkpoints", claim, false)));
    secrets().forEach((volume, name) -> volumes.add(secret(volume, name)));
    if (spec.getParametersCount() > 0) {
      volumes.add(
          new VolumeBuilder()
              .withName("run")
              .withNewDownwardAPI()
              .addNewItem()
              .withPath("parameters.json")
              .withNewFieldRef("v1", "metadata.annotations['%s']".formatted(PARAMETERS))
              .endItem()
              .endDownwardAPI()
              .build());
    }
    spec.getVolumesList().forEach(volume -> volumes.add(volume(volume)));
    return volumes;
  }

  List<VolumeMount> mounts(Launch launch) {
    KubernetesSpec spec = launch.definition().message().getKubernetes();
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(
        new VolumeMountBuilder()
            .withName("checkpoints")
            .withMountPath(CHECKPOINT_PATH)
            .withSubPath(
                checkpointClaim(spec).map(claim -> launch.runUid().toString()).orElse(null))
            .build());
    if (dataClaim(spec).isPresent()) {
      mounts.add(readOnly("data", DATA_PATH));
    }
    secrets().keySet().forEach(volume -> mounts.add(readOnly(volume, "/etc/connectome/" + volume)));
    if (spec.getParametersCount() > 0) {
      mounts.add(readOnly("run", RUN_PATH));
    }
    spec.getVolumesList()
        .forEach(
            volume ->
                mounts.add(
                    new VolumeMountBuilder()
                        .withName(volume.getName())
                        .withMountPath(volume.getMountPath())
                        .withSubPath(volume.getSubPath().isEmpty() ? null : volume.getSubPath())
                        .withReadOnly(volume.hasEmpty() || volume.getWritable() ? null : true)
                        .build()));
    return mounts;
  }

  Optional<String> dataClaim(KubernetesSpec spec) {
    return JobOverlay.orDefault(spec.getDataClaim(), settings.dataClaim());
  }

  private Optional<String> checkpointClaim(KubernetesSpec spec) {
    return JobOverlay.orDefault(spec.getCheckpointClaim(), settings.checkpointClaim());
  }

  /** The operator's Secrets that trainers get, by the names of their volumes. */
  private Map<String, String> secrets() {
    Map<String, String> secrets = new LinkedHashMap<>();
    settings.kafkaSecret().ifPresent(name -> secrets.put("kafka", name));
    settings.tokenSecret().ifPresent(name -> secrets.put("token", name));
    return secrets;
  }

  private static Volume volume(VolumeSpec volume) {
    return switch (volume.getSourceCase()) {
      case CLAIM -> claim(volume.getName(), volume.getClaim(), !volume.getWritable());
      case SECRET -> secret(volume.getName(), volume.getSecret());
      case CONFIG_MAP ->
          new VolumeBuilder()
              .withName(volume.getName())
              .withNewConfigMap()
              .withName(volume.getConfigMap())
              .endConfigMap()
              .build();
      case EMPTY ->
          new VolumeBuilder()
              .withName(volume.getName())
              .withNewEmptyDir()
              .withSizeLimit(new Quantity(volume.getEmpty()))
              .endEmptyDir()
              .build();
      case SOURCE_NOT_SET ->
          throw new IllegalArgumentException("volume %s has no source".formatted(volume.getName()));
    };
  }

  private static Volume claim(String name, String claim, boolean readOnly) {
    return new VolumeBuilder().withName(name).withNewPersistentVolumeClaim(claim, readOnly).build();
  }

  private static Volume secret(String volume, String name) {
    return new VolumeBuilder()
        .withName(volume)
        .withNewSecret()
        .withSecretName(name)
        .endSecret()
        .build();
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).withReadOnly(true).build();
  }
}
