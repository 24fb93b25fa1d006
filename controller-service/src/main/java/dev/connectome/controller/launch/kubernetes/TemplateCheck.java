package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the API server check the operator's Job templates at the start, so that a mistake is found
 * before a run fails of it.
 */
final class TemplateCheck {

  private static final Logger LOG = LoggerFactory.getLogger(TemplateCheck.class);

  /** The answer if an admission webhook of the cluster cannot be part of a dry run. */
  private static final String NO_DRY_RUN = "does not support dry run";

  private TemplateCheck() {}

  /**
   * A cluster that cannot check a template now, for instance because it is unreachable, is only
   * logged: it checks each Job when it is created.
   *
   * @throws IllegalArgumentException if the API server refuses a Job of the template; the message
   *     names the file and the field
   */
  static void check(JobTemplate template, JobClient jobs) {
    template.samples().forEach((file, job) -> check(file, job, jobs));
  }

  private static void check(Path file, Job job, JobClient jobs) {
    try {
      jobs.validate(job);
    } catch (KubernetesClientException e) {
      String reason = JobClient.reason(e);
      boolean invalid =
          e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
              || e.getCode() == JobClient.UNPROCESSABLE;
      if (invalid && !reason.contains(NO_DRY_RUN)) {
        throw new IllegalArgumentException(
            "the cluster refuses Job template %s: %s".formatted(file, reason), e);
      }
      LOG.warn("Job template not checked path={} error=\"{}\"", file, reason);
    }
  }
}
