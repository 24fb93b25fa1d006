package dev.connectome.controller.api;

import dev.connectome.controller.run.Echo;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.VolumeSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the parts of a Job's wishes must be to one another and to what the platform mounts. */
final class KubernetesRules {

  private static final int MAX_PARAMETERS = 65_536;

  private static final Set<String> PLATFORMS_VOLUMES =
      Set.of("checkpoints", "data", "kafka", "run", "tmp", "token");

  private static final List<String> PLATFORMS_FOLDERS =
      List.of("/dev", "/etc/connectome", "/proc", "/sys", "/tmp", "/var/lib/connectome");

  private final BiConsumer<String, String> problems;

  private KubernetesRules(BiConsumer<String, String> problems) {
    this.problems = problems;
  }

  static void check(KubernetesSpec spec, BiConsumer<String, String> problems) {
    var rules = new KubernetesRules(problems);
    rules.parameters(spec);
    rules.variables(spec);
    rules.volumes(spec.getVolumesList());
  }

  private void parameters(KubernetesSpec spec) {
    int size =
        spec.getParametersMap().entrySet().stream()
            .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
            .sum();
    if (size > MAX_PARAMETERS) {
      problems.accept(
          "parameters",
          "must have at most %d characters together, not %d".formatted(MAX_PARAMETERS, size));
    }
  }

  private void variables(KubernetesSpec spec) {
    Set<String> names = new HashSet<>(spec.getEnvironmentMap().keySet());
    for (SecretVariable variable : spec.getSecretEnvironmentList()) {
      if (!names.add(variable.getName())) {
        problems.accept(
            "secret_environment.name",
            "must not be %s twice, nor be in environment".formatted(Echo.of(variable.getName())));
      }
    }
    for (EnvironmentSource source : spec.getEnvironmentFromList()) {
      if (source.getSourceCase() == EnvironmentSource.SourceCase.SOURCE_NOT_SET) {
        problems.accept("environment_from", "must name a secret or a config_map");
      }
    }
  }

  private void volumes(List<VolumeSpec> volumes) {
    Set<String> names = new HashSet<>(PLATFORMS_VOLUMES);
    Set<String> folders = new HashSet<>();
    for (VolumeSpec volume : volumes) {
      if (!names.add(volume.getName())) {
        problems.accept(
            "volumes.name",
            "must not be %s, which is another volume's".formatted(Echo.of(volume.getName())));
      }
      String path = volume.getMountPath().replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
      if (path.equals("/")
          || hasParent(path)
          || PLATFORMS_FOLDERS.stream().anyMatch(inside(path))) {
        problems.accept(
            "volumes.mount_path",
            "must be a folder of its own, outside of %s and without \"..\", not %s"
                .formatted(String.join(", ", PLATFORMS_FOLDERS), Echo.of(volume.getMountPath())));
      } else if (!folders.add(path)) {
        problems.accept(
            "volumes.mount_path", "must not be %s twice".formatted(Echo.of(volume.getMountPath())));
      }
      if (hasParent(volume.getSubPath())) {
        problems.accept(
            "volumes.sub_path",
            "must be without \"..\", not %s".formatted(Echo.of(volume.getSubPath())));
      }
      if (volume.getSourceCase() == VolumeSpec.SourceCase.SOURCE_NOT_SET) {
        problems.accept(
            "volumes", "must name a claim, secret, config_map or the size of an empty folder");
      }
      if (volume.getWritable() && !volume.hasClaim()) {
        problems.accept("volumes.writable", "is for a claim; leave it out");
      }
    }
  }

  private static boolean hasParent(String path) {
    return Stream.of(path.split("/")).anyMatch(".."::equals);
  }

  private static Predicate<String> inside(String path) {
    return folder -> path.equals(folder) || path.startsWith(folder + "/");
  }
}
