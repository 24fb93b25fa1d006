package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of an attempt's Job and its newest pod.
 *
 * @param reason what blocks it, in upper snake case; empty if nothing does
 * @param message the same as text
 * @param since when the phase began, by the cluster's clock
 * @param end present when FINISHED
 * @param outcome what the trainer left in its termination message
 */
record ObservedJob(
    JobKey key,
    Phase phase,
    String reason,
    String message,
    Optional<Instant> since,
    Optional<AttemptEnd> end,
    Optional<TrainingOutcome> outcome) {

  enum Phase {
    /** Waits in a queue, or was put back into it. */
    SUSPENDED,
    /** Its pod waits for a node or for its container. */
    WAITING,
    /** Its pod cannot start unless an image or a configuration changes. */
    BLOCKED,
    /** Its trainer runs. */
    RUNNING,
    /** Its pod was told to terminate and still exists. */
    TERMINATING,
    /** Its trainer has ended. */
    FINISHED,
    /** It is being deleted. */
    DELETING
  }

  private static final Set<String> BLOCKING =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "CreateContainerConfigError",
          "CreateContainerError");

  static ObservedJob of(JobKey key, Job job, List<Pod> pods) {
    Optional<Pod> newest = newest(pods);
    Optional<JobCondition> failed = condition(job, "Failed");
    if (failed.filter(condition -> "DeadlineExceeded".equals(condition.getReason())).isPresent()) {
      return finished(
          key,
          new AttemptEnd.Failed("its Job has run longer than its active deadline allows", true),
          Optional.empty());
    }
    Optional<ContainerStateTerminated> terminated = newest.flatMap(ObservedJob::terminated);
    if (terminated.isPresent()) {
      return finished(
          key,
          PodExit.end(newest.get(), terminated.get()),
          PodExit.outcome(terminated.get().getMessage()));
    }
    if (newest.filter(pod -> "Failed".equals(pod.getStatus().getPhase())).isPresent()) {
      return finished(key, PodExit.endBeforeStart(newest.get()), Optional.empty());
    }
    if (job.getMetadata().getDeletionTimestamp() != null) {
      return new ObservedJob(
          key, Phase.DELETING, "", "", Optional.empty(), Optional.empty(), Optional.empty());
    }
    if (failed.isPresent()) {
      return finished(
          key,
          new AttemptEnd.Gone(
              "its Job failed and its pod is gone: "
                  + Objects.requireNonNullElse(failed.get().getMessage(), "no reason given")),
          Optional.empty());
    }
    if (condition(job, "Complete").isPresent()) {
      return finished(
          key,
          new AttemptEnd.Gone("its trainer exited with code 0 without an outcome"),
          Optional.empty());
    }
    if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return waiting(key, Phase.SUSPENDED, "QUEUED", queued(job), Optional.empty());
    }
    return newest
        .map(pod -> live(key, pod))
        .orElseGet(() -> waiting(key, Phase.WAITING, "", "", Optional.empty()));
  }

  /** A cluster may keep an earlier pod of the Job that it has given up. */
  static Optional<Pod> newest(List<Pod> pods) {
    return pods.stream()
        .max(Comparator.comparing(pod -> parse(pod.getMetadata().getCreationTimestamp())));
  }

  private static ObservedJob live(JobKey key, Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return waiting(
          key,
          Phase.TERMINATING,
          "",
          "",
          Optional.of(parse(pod.getMetadata().getDeletionTimestamp())));
    }
    Optional<Instant> running =
        trainer(pod)
            .map(status -> status.getState().getRunning())
            .map(state -> parse(state.getStartedAt()));
    if (running.isPresent()) {
      return waiting(key, Phase.RUNNING, "", "", running);
    }
    Instant since = parse(pod.getMetadata().getCreationTimestamp());
    for (ContainerStatus status : statuses(pod)) {
      var waits = status.getState() == null ? null : status.getState().getWaiting();
      if (waits != null && BLOCKING.contains(String.valueOf(waits.getReason()))) {
        return waiting(
            key,
            Phase.BLOCKED,
            upperSnake(waits.getReason()),
            "its container cannot start: %s: %s"
                .formatted(
                    waits.getReason(),
                    Objects.requireNonNullElse(waits.getMessage(), "no message")),
            Optional.of(since));
      }
    }
    return pod.getStatus().getConditions().stream()
        .filter(condition -> "PodScheduled".equals(condition.getType()))
        .filter(condition -> "False".equals(condition.getStatus()))
        .findFirst()
        .map(condition -> unscheduled(key, condition, since))
        .orElseGet(() -> waiting(key, Phase.WAITING, "", "", Optional.of(since)));
  }

  private static ObservedJob unscheduled(JobKey key, PodCondition condition, Instant since) {
    return waiting(
        key,
        Phase.WAITING,
        upperSnake(Objects.requireNonNullElse(condition.getReason(), "Unschedulable")),
        "waits for a node: " + Objects.requireNonNullElse(condition.getMessage(), "none fits"),
        Optional.of(since));
  }

  private static ObservedJob waiting(
      JobKey key, Phase phase, String reason, String message, Optional<Instant> since) {
    return new ObservedJob(key, phase, reason, message, since, Optional.empty(), Optional.empty());
  }

  private static ObservedJob finished(
      JobKey key, AttemptEnd end, Optional<TrainingOutcome> outcome) {
    return new ObservedJob(
        key, Phase.FINISHED, "", "", Optional.empty(), Optional.of(end), outcome);
  }

  private static String queued(Job job) {
    String queue = job.getMetadata().getLabels().get(JobTemplate.QUEUE);
    return queue == null ? "its Job is suspended" : "waits in queue \"%s\"".formatted(queue);
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(condition -> type.equals(condition.getType()))
            .filter(condition -> "True".equals(condition.getStatus()))
            .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return trainer(pod).map(status -> status.getState().getTerminated());
  }

  private static Optional<ContainerStatus> trainer(Pod pod) {
    return statuses(pod).stream()
        .filter(status -> JobTemplate.CONTAINER.equals(status.getName()))
        .filter(status -> status.getState() != null)
        .findFirst();
  }

  private static List<ContainerStatus> statuses(Pod pod) {
    return pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
  }

  private static Instant parse(@Nullable String time) {
    return time == null ? Instant.EPOCH : Instant.parse(time);
  }

  private static String upperSnake(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }
}
