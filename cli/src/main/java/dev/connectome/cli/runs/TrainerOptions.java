package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.VolumeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose and configure the trainer of a run on a cluster, whatever it is. */
final class TrainerOptions {

  private static final Pattern SECRET_VARIABLE =
      Pattern.compile("(?<name>[^=]+)=(?<secret>[^/]+)/(?<key>.+)");
  private static final Pattern SOURCE =
      Pattern.compile("(?<kind>secret|config-map)/(?<name>[^:]+)(:(?<prefix>.*))?");
  private static final Pattern VOLUME =
      Pattern.compile(
          "(?<name>[^=]+)=(?<kind>claim|secret|config-map|empty)/(?<what>[^:]+):(?<path>/[^:]*)"
              + "(:(?<writable>rw))?");

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description =
          "Kubernetes: the operator's runtime to train with. Default: the platform's own trainer")
  private String runtime = "";

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description = "Kubernetes: the namespace of the run's Job")
  private String namespace = "";

  @Option(
      names = "--command",
      paramLabel = "WORD",
      description = "Kubernetes: a word of what the container runs; repeated in their order")
  private List<String> command = new ArrayList<>();

  @Option(
      names = "--arg",
      paramLabel = "WORD",
      description = "Kubernetes: an argument of the container; repeated in their order")
  private List<String> args = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "Kubernetes: a variable of the container; may be repeated")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--env-from",
      paramLabel = "KIND/NAME[:PREFIX]",
      description =
          "Kubernetes: variables from secret/NAME or config-map/NAME, their names after PREFIX; may be repeated")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--secret-env",
      paramLabel = "NAME=SECRET/KEY",
      description = "Kubernetes: a variable whose value is in a Secret; may be repeated")
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--volume",
      paramLabel = "NAME=KIND/WHAT:PATH[:rw]",
      description =
          "Kubernetes: claim/NAME, secret/NAME, config-map/NAME or empty/SIZE, mounted at PATH; read-only, a claim with :rw not; may be repeated")
  private List<String> volumes = new ArrayList<>();

  @Option(
      names = "--pods",
      paramLabel = "N",
      description = "Kubernetes: how many pods train together. Default: 1")
  private @Nullable Integer pods;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description =
          "Kubernetes: what the trainer alone understands, as the variable CONNECTOME_PARAMETER_NAME and in a file; may be repeated")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--queue-priority-class",
      paramLabel = "NAME",
      description = "Kubernetes: the priority within Kueue")
  private String queuePriorityClass = "";

  void addTo(KubernetesSpec.Builder spec) {
    spec.setRuntime(runtime)
        .setNamespace(namespace)
        .addAllCommand(command)
        .addAllArgs(args)
        .putAllEnvironment(environment)
        .putAllParameters(parameters)
        .setQueuePriorityClass(queuePriorityClass);
    if (pods != null) {
      spec.setPods(pods);
    }
    sources.forEach(text -> spec.addEnvironmentFrom(source(text)));
    secrets.forEach(text -> spec.addSecretEnvironment(secret(text)));
    volumes.forEach(text -> spec.addVolumes(volume(text)));
  }

  private static EnvironmentSource source(String text) {
    Matcher parts =
        matched(
            SOURCE, "--env-from", text, "secret/NAME or config-map/NAME, with :PREFIX or without");
    var source = EnvironmentSource.newBuilder();
    if (parts.group("kind").equals("secret")) {
      source.setSecret(parts.group("name"));
    } else {
      source.setConfigMap(parts.group("name"));
    }
    if (parts.group("prefix") != null) {
      source.setPrefix(parts.group("prefix"));
    }
    return source.build();
  }

  private static SecretVariable secret(String text) {
    Matcher parts = matched(SECRET_VARIABLE, "--secret-env", text, "NAME=SECRET/KEY");
    return SecretVariable.newBuilder()
        .setName(parts.group("name"))
        .setSecret(parts.group("secret"))
        .setKey(parts.group("key"))
        .build();
  }

  private static VolumeSpec volume(String text) {
    Matcher parts =
        matched(
            VOLUME,
            "--volume",
            text,
            "NAME=claim/NAME:PATH, =secret/NAME:PATH, =config-map/NAME:PATH or =empty/SIZE:PATH, a claim with :rw or without");
    var volume =
        VolumeSpec.newBuilder()
            .setName(parts.group("name"))
            .setMountPath(parts.group("path"))
            .setWritable(parts.group("writable") != null);
    String what = parts.group("what");
    switch (parts.group("kind")) {
      case "claim" -> volume.setClaim(what);
      case "secret" -> volume.setSecret(what);
      case "config-map" -> volume.setConfigMap(what);
      default -> volume.setEmpty(what);
    }
    return volume.build();
  }

  private static Matcher matched(Pattern pattern, String option, String text, String form) {
    Matcher parts = pattern.matcher(text);
    if (!parts.matches()) {
      throw CommandFailure.badInput("%s is '%s': it must be %s".formatted(option, text, form));
    }
    return parts;
  }
}
