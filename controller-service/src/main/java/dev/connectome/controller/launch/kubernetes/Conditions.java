package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Jobs and pods say of themselves. */
final class Conditions {

  private Conditions() {}

  /**
   * Whether a Job's active deadline has passed. From 1.31 it is FailureTarget from the moment in
   * which its pod is told to go, and Failed only once the pod has gone; before, Failed at once.
   */
  static boolean deadlinePassed(Job job) {
    return of(job, "FailureTarget")
        .or(() -> of(job, "Failed"))
        .filter(condition -> "DeadlineExceeded".equals(condition.getReason()))
        .isPresent();
  }

  static Optional<JobCondition> of(Job job, String type) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(condition -> type.equals(condition.getType()))
            .filter(condition -> "True".equals(condition.getStatus()))
            .findFirst();
  }

  static Optional<PodCondition> of(Pod pod, String type, String status) {
    return pod.getStatus() == null
        ? Optional.empty()
        : pod.getStatus().getConditions().stream()
            .filter(condition -> type.equals(condition.getType()))
            .filter(condition -> status.equals(condition.getStatus()))
            .findFirst();
  }

  /** When a pod got its node; until then nothing of it can start. */
  static Instant scheduledAt(Pod pod) {
    return of(pod, "PodScheduled", "True")
        .map(condition -> time(condition.getLastTransitionTime()))
        .orElseGet(() -> time(pod.getMetadata().getCreationTimestamp()));
  }

  static Instant time(@Nullable String time) {
    return time == null ? Instant.EPOCH : Instant.parse(time);
  }
}
