package dev.connectome.controller.launch.kubernetes;

import com.google.common.base.Throwables;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.settings.RuntimeFolder;
import dev.connectome.protos.run.v1.TrainingRun;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Builds the Job of an attempt: the built-in skeleton, merged with the operator's template, with
 * the runtime that the run names, if it names one, and with what the run and the launcher need.
 */
final class JobTemplate {

  /** The trainer's container; a template that changes it uses this name. */
  static final String CONTAINER = "trainer";

  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String CONTROLLER = "connectome-controller";
  static final String INSTALLATION = "connectome.dev/installation";
  static final String QUEUE = "kueue.x-k8s.io/queue-name";
  static final String QUEUE_PRIORITY = "kueue.x-k8s.io/priority-class";

  private static final String SAMPLE = "template-check";

  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private final String installation;
  private final JobOverlay overlay;
  private final boolean hasImage;
  private final Map<String, Object> skeleton;
  private final Optional<Path> file;
  private final Map<String, Path> runtimeFiles;
  private final Map<String, Map<String, Object>> runtimes = new HashMap<>();

  /**
   * @throws IllegalArgumentException if the operator's template cannot be read or is not a Job; the
   *     message names the file
   */
  JobTemplate(KubernetesLauncherSettings settings, UUID installation) {
    this.installation = installation.toString();
    this.hasImage = settings.image().isPresent();
    this.overlay = new JobOverlay(settings, this.installation);
    Map<String, Object> builtIn = Objects.requireNonNull(read(resource()));
    this.skeleton =
        settings
            .jobTemplate()
            .map(file -> StrategicMerge.merge(builtIn, readTemplate(file)))
            .orElse(builtIn);
    this.file = settings.jobTemplate();
    this.runtimeFiles = settings.runtimes().map(RuntimeFolder::files).orElse(Map.of());
    runtimeFiles.forEach(
        (name, path) -> runtimes.put(name, StrategicMerge.merge(skeleton, readTemplate(path))));
  }

  /** The labels that select the platform's Jobs and pods. */
  Map<String, String> selector() {
    return Map.of(MANAGED_BY, CONTROLLER, INSTALLATION, installation);
  }

  /**
   * @throws IllegalArgumentException if nobody names an image, or the run's runtime is not there
   */
  Job job(Launch launch) {
    String runtime = launch.definition().message().getKubernetes().getRuntime();
    @Nullable Map<String, Object> below = runtime.isEmpty() ? skeleton : runtimes.get(runtime);
    if (below == null) {
      throw new IllegalArgumentException(
          "its runtime %s is not there any more; the operator's runtimes are %s"
              .formatted(Echo.of(runtime), runtimeFiles.keySet()));
    }
    boolean ownImage =
        !runtime.isEmpty()
            && typed(below).getSpec().getTemplate().getSpec().getContainers().stream()
                .anyMatch(one -> CONTAINER.equals(one.getName()) && one.getImage() != null);
    Job job = typed(StrategicMerge.merge(below, fields(overlay.of(launch, !ownImage))));
    boolean withoutImage =
        job.getSpec().getTemplate().getSpec().getContainers().stream()
            .anyMatch(container -> container.getImage() == null || container.getImage().isEmpty());
    if (withoutImage) {
      throw new IllegalArgumentException(
          "its trainer has no image: set the run's kubernetes.image or connectome.launch.kubernetes.image");
    }
    return job;
  }

  /**
   * For each file of the operator the Job of a run that asks for nothing but this, for the API
   * server to check.
   */
  Map<Path, Job> samples() {
    Map<Path, Job> samples = new LinkedHashMap<>();
    file.ifPresent(path -> samples.put(path, sample("", hasImage)));
    runtimeFiles.forEach((name, path) -> samples.put(path, sample(name, hasImage)));
    return samples;
  }

  private Job sample(String runtime, boolean withImage) {
    var run = TrainingRun.newBuilder();
    run.getKubernetesBuilder().setRuntime(runtime);
    if (!withImage) {
      run.getKubernetesBuilder().setImage(SAMPLE);
    }
    return job(new Launch(new UUID(0, 0), SAMPLE, 1, SAMPLE, new RunDefinition(run.build())));
  }

  private Map<String, Object> readTemplate(Path file) {
    @Nullable Map<String, Object> template;
    try {
      template = read(Files.readString(file));
      if (template == null) {
        throw new IllegalArgumentException("it is empty");
      }
      typed(template);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read Job template %s: %s".formatted(file, e));
    } catch (IllegalArgumentException | KubernetesClientException | ClassCastException e) {
      // Parsers put the reason into the root cause, on several lines.
      String why = String.valueOf(Throwables.getRootCause(e).getMessage()).replaceAll("\\s+", " ");
      throw new IllegalArgumentException(
          "Job template %s is not a batch/v1 Job: %s".formatted(file, why), e);
    }
    return template;
  }

  private Job typed(Map<String, Object> fields) {
    return serialization.convertValue(fields, Job.class);
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> fields(Job job) {
    return serialization.convertValue(job, Map.class);
  }

  @SuppressWarnings("unchecked")
  private @Nullable Map<String, Object> read(String yaml) {
    return serialization.unmarshal(yaml, Map.class);
  }

  private static String resource() {
    try (InputStream yaml = JobTemplate.class.getResourceAsStream("job.yaml")) {
      if (yaml == null) {
        throw new IllegalStateException("job.yaml is not on the class path");
      }
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
