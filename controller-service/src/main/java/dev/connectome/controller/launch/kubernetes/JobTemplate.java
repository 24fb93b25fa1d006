package dev.connectome.controller.launch.kubernetes;

import com.google.common.base.Throwables;
import dev.connectome.controller.lifecycle.Attempts;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the Job of an attempt: the product's skeleton, over it the operator's template, and over
 * that what the run and the launcher itself need.
 */
final class JobTemplate {

  /** The trainer's container; a template that changes it names it so. */
  static final String CONTAINER = "trainer";

  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String CONTROLLER = "connectome-controller";
  static final String INSTALLATION = "connectome.dev/installation";
  static final String QUEUE = "kueue.x-k8s.io/queue-name";

  private final KubernetesSerialization serialization = new KubernetesSerialization();
  private final String installation;
  private final JobOverlay overlay;
  private final Map<String, Object> skeleton;

  /**
   * Makes a template.
   *
   * @param settings what the operator set
   * @param installation what tells this platform from another on the same cluster
   * @throws IllegalArgumentException if the operator's template is no Job; the message names the
   *     file and the field
   */
  JobTemplate(KubernetesLauncherSettings settings, UUID installation) {
    this.installation = installation.toString();
    this.overlay = new JobOverlay(settings, this.installation);
    Map<String, Object> own = Objects.requireNonNull(read(resource()));
    this.skeleton =
        settings.jobTemplate().map(file -> StrategicMerge.merge(own, operators(file))).orElse(own);
  }

  /** The labels by which the platform's Jobs and pods are found. */
  Map<String, String> selector() {
    return Map.of(MANAGED_BY, CONTROLLER, INSTALLATION, installation);
  }

  /**
   * Makes a Job.
   *
   * @param launch the attempt
   * @return the Job, complete
   * @throws IllegalArgumentException if nobody names an image
   */
  Job job(Attempts.Launch launch) {
    Job job = typed(StrategicMerge.merge(skeleton, fields(overlay.of(launch))));
    boolean imageless =
        job.getSpec().getTemplate().getSpec().getContainers().stream()
            .anyMatch(container -> container.getImage() == null || container.getImage().isEmpty());
    if (imageless) {
      throw new IllegalArgumentException(
          "no image for its trainer: set the run's kubernetes.image or connectome.launch.kubernetes.image");
    }
    return job;
  }

  private Map<String, Object> operators(Path file) {
    @Nullable Map<String, Object> template;
    try {
      template = read(Files.readString(file));
      if (template == null) {
        throw new IllegalArgumentException("it is empty");
      }
      typed(template);
    } catch (IOException e) {
      throw new IllegalArgumentException("Job template %s cannot be read: %s".formatted(file, e));
    } catch (IllegalArgumentException | KubernetesClientException | ClassCastException e) {
      // Parsers say the most where they failed, and in several lines.
      String why = String.valueOf(Throwables.getRootCause(e).getMessage()).replaceAll("\\s+", " ");
      throw new IllegalArgumentException(
          "Job template %s is no batch/v1 Job: %s".formatted(file, why), e);
    }
    return template;
  }

  /** The typed Job; one with fields that Jobs do not have is refused. */
  private Job typed(Map<String, Object> fields) {
    Job job = serialization.convertValue(fields, Job.class);
    List<String> unknown = UnknownFields.of(job);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown fields " + unknown);
    }
    return job;
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
