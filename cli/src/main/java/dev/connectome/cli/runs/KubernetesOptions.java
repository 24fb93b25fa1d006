package dev.connectome.cli.runs;

import com.google.protobuf.util.Durations;
import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.Toleration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that place a run on a cluster; the operator has the defaults. */
final class KubernetesOptions {
  private static final Pattern TOLERATION =
      Pattern.compile("(?<key>[^=:]+)(=(?<value>[^:]*))?(:(?<effect>[A-Za-z]+))?");

  @Option(names = "--image", paramLabel = "IMAGE", description = "Kubernetes: the trainer's image")
  private String image = "";

  @Option(
      names = "--image-pull-secret",
      paramLabel = "SECRET",
      description = "Kubernetes: a secret to pull the image with; may be repeated")
  private List<String> pullSecrets = new ArrayList<>();

  @Option(
      names = "--gpus",
      paramLabel = "N",
      description = "Kubernetes: short for --limit nvidia.com/gpu=N")
  private @Nullable Integer gpus;

  @Option(
      names = "--request",
      paramLabel = "RESOURCE=QUANTITY",
      description = "Kubernetes: a guaranteed resource, as in cpu=2; may be repeated")
  private Map<String, String> requests = new LinkedHashMap<>();

  @Option(
      names = "--limit",
      paramLabel = "RESOURCE=QUANTITY",
      description = "Kubernetes: an upper limit, as in memory=4Gi; may be repeated")
  private Map<String, String> limits = new LinkedHashMap<>();

  @Option(
      names = "--node-selector",
      paramLabel = "LABEL=VALUE",
      description = "Kubernetes: a label that the node must have; may be repeated")
  private Map<String, String> nodeSelector = new LinkedHashMap<>();

  @Option(
      names = "--toleration",
      paramLabel = "KEY[=VALUE][:EFFECT]",
      description = "Kubernetes: a taint to tolerate; may be repeated")
  private List<String> tolerations = new ArrayList<>();

  @Option(
      names = "--priority-class",
      paramLabel = "NAME",
      description = "Kubernetes: the priority class of the pod")
  private String priorityClass = "";

  @Option(names = "--queue", paramLabel = "NAME", description = "Kubernetes: the Kueue queue")
  private String queue = "";

  @Option(
      names = "--data-claim",
      paramLabel = "CLAIM",
      description = "Kubernetes: a volume claim with the data")
  private String dataClaim = "";

  @Option(
      names = "--checkpoint-claim",
      paramLabel = "CLAIM",
      description = "Kubernetes: a volume claim for checkpoints")
  private String checkpointClaim = "";

  @Option(
      names = "--active-deadline",
      paramLabel = "DURATION",
      description = "Kubernetes: the longest an attempt may take, as in PT12H. Default: no limit")
  private @Nullable Duration activeDeadline;

  @Mixin private TrainerOptions trainer = new TrainerOptions();

  KubernetesSpec spec() {
    var spec =
        KubernetesSpec.newBuilder()
            .setImage(image)
            .addAllImagePullSecrets(pullSecrets)
            .putAllRequests(requests)
            .putAllLimits(limits)
            .putAllNodeSelector(nodeSelector)
            .setPriorityClass(priorityClass)
            .setQueue(queue)
            .setDataClaim(dataClaim)
            .setCheckpointClaim(checkpointClaim);
    if (gpus != null) {
      spec.putLimits("nvidia.com/gpu", gpus.toString());
    }
    tolerations.forEach(text -> spec.addTolerations(toleration(text)));
    if (activeDeadline != null) {
      spec.setActiveDeadline(Durations.fromSeconds(activeDeadline.toSeconds()));
    }
    trainer.addTo(spec);
    return spec.build();
  }

  private static Toleration toleration(String text) {
    Matcher parts = TOLERATION.matcher(text);
    if (!parts.matches()) {
      throw CommandFailure.badInput(
          "--toleration is '%s': it must be KEY, KEY=VALUE, KEY:EFFECT or KEY=VALUE:EFFECT"
              .formatted(text));
    }
    var toleration = Toleration.newBuilder().setKey(parts.group("key"));
    if (parts.group("value") == null) {
      toleration.setOperator("Exists");
    } else {
      toleration.setOperator("Equal").setValue(parts.group("value"));
    }
    if (parts.group("effect") != null) {
      toleration.setEffect(parts.group("effect"));
    }
    return toleration.build();
  }
}
