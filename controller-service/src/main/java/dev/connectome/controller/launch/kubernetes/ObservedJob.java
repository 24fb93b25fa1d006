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

/**
 * The state of an attempt's Job and its pods.
 *
 * @param reason what blocks it, in upper snake case; empty if nothing does
 * @param message the same as text
 * @param since when the phase began, by the cluster's clock
 * @param end present when FINISHED
 * @param outcome what the trainer left in its termination message
 * @param deleted whether the Job is gone or being deleted: then there is nothing left to delete
 * @param leaving whether it has ended and pods of it may still train; FINISHED only
 */
record ObservedJob(
    JobKey key,
    Phase phase,
    String reason,
    String message,
    Optional<Instant> since,
    Optional<AttemptEnd> end,
    Optional<TrainingOutcome> outcome,
    boolean deleted,
    boolean leaving) {

  /** The Job was created, and the cluster says nothing of a pod. */
  static final String NO_POD = "NO_POD";

  static final AttemptEnd DEADLINE =
      new AttemptEnd.Failed("its Job has run longer than its active deadline allows", true);

  static final AttemptEnd.Interrupted QUEUE =
      new AttemptEnd.Interrupted("its queue has suspended it");

  enum Phase {
    /** Waits in a queue, or was put back into it. */
    SUSPENDED,
    /** Waits for its pod, or its pod for a node or for its container. */
    WAITING,
    /** Its pod cannot be created or start unless something changes. */
    BLOCKED,
    /** Its trainer runs. */
    RUNNING,
    /** Its pod was told to terminate and still exists. */
    TERMINATING,
    /** Its trainer has ended. */
    FINISHED,
    /** It is gone or being deleted, and its trainer has not ended yet. */
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

  /**
   * @param trouble what events say of the Job and its pod
   */
  static ObservedJob of(JobKey key, Job job, List<Pod> pods, Optional<PodTrouble> trouble) {
    boolean deleted = job.getMetadata().getDeletionTimestamp() != null;
    if (Conditions.deadlinePassed(job)) {
      return finished(key, DEADLINE, Optional.empty(), deleted);
    }
    JobPods all = JobPods.of(pods);
    Optional<Pod> decisive = all.decisive();
    boolean suspended = Boolean.TRUE.equals(job.getSpec().getSuspend());
    Optional<ObservedJob> ended = decisive.flatMap(pod -> ended(key, pod, all, deleted));
    if (ended.isPresent()) {
      return suspended ? ended.get().interruptedBy(QUEUE) : ended.get();
    }
    if (deleted) {
      return deleting(key, decisive);
    }
    boolean complete = all.byRank().size() >= podsOf(job);
    if (decisive.isPresent()
        && (complete || decisive.get().getMetadata().getDeletionTimestamp() != null)) {
      // Its Job may have failed already: before 1.31 while the trainer still writes its checkpoint,
      // and in every version before the watch of pods tells what the watch of Jobs has told.
      return live(key, decisive.get(), trouble);
    }
    Optional<JobCondition> failed = Conditions.of(job, "Failed");
    if (failed.isPresent()) {
      return finished(
          key,
          new AttemptEnd.Gone(
              "its Job failed and its pod is gone: "
                  + Objects.requireNonNullElse(failed.get().getMessage(), "no reason given")),
          Optional.empty(),
          false);
    }
    if (Conditions.of(job, "Complete").isPresent()) {
      return finished(
          key,
          new AttemptEnd.Gone("its trainer exited with code 0 without an outcome"),
          Optional.empty(),
          false);
    }
    return suspended
        ? waiting(key, Phase.SUSPENDED, "QUEUED", queued(job), Optional.empty())
        : withoutPod(key, job, trouble);
  }

  /** The same, but for a trainer that disappeared: somebody has taken it away. */
  ObservedJob interruptedBy(AttemptEnd.Interrupted interruption) {
    return end.filter(AttemptEnd.Gone.class::isInstance).isPresent()
        ? new ObservedJob(
            key,
            phase,
            reason,
            message,
            since,
            Optional.of(interruption),
            outcome,
            deleted,
            leaving)
        : this;
  }

  /** What the pods of a Job say that is gone; empty if they are gone too. */
  static Optional<ObservedJob> withoutJob(JobKey key, List<Pod> pods) {
    JobPods all = JobPods.of(pods);
    return all.decisive()
        .map(pod -> ended(key, pod, all, true).orElseGet(() -> deleting(key, Optional.of(pod))));
  }

  /** How many pods a Job has at once. */
  static int podsOf(Job job) {
    return Objects.requireNonNullElse(job.getSpec().getParallelism(), 1);
  }

  private static Optional<ObservedJob> ended(JobKey key, Pod pod, JobPods all, boolean deleted) {
    if (!PodExit.hasEnded(pod)) {
      return Optional.empty();
    }
    Optional<ContainerStateTerminated> terminated = PodExit.terminated(pod);
    AttemptEnd end =
        terminated
            .map(state -> PodExit.end(pod, state))
            .orElseGet(() -> PodExit.endBeforeStart(pod));
    return Optional.of(
        new ObservedJob(
            key,
            Phase.FINISHED,
            "",
            "",
            all.leaving().stream()
                .map(other -> Conditions.time(other.getMetadata().getDeletionTimestamp()))
                .max(Comparator.naturalOrder()),
            Optional.of(end),
            terminated.flatMap(state -> PodExit.outcome(state.getMessage())),
            deleted,
            all.someLive()));
  }

  /** Since its pod should have gone. */
  private static ObservedJob deleting(JobKey key, Optional<Pod> pod) {
    return new ObservedJob(
        key,
        Phase.DELETING,
        "",
        "",
        pod.map(leaving -> leaving.getMetadata().getDeletionTimestamp()).map(Instant::parse),
        Optional.empty(),
        Optional.empty(),
        true,
        false);
  }

  private static ObservedJob withoutPod(JobKey key, Job job, Optional<PodTrouble> trouble) {
    Optional<Instant> since =
        Optional.ofNullable(job.getStatus())
            .map(status -> status.getStartTime())
            .or(() -> Optional.ofNullable(job.getMetadata().getCreationTimestamp()))
            .map(Instant::parse);
    return trouble
        .map(
            told ->
                waiting(
                    key,
                    told.isQuota() ? Phase.WAITING : Phase.BLOCKED,
                    upperSnake(told.reason()),
                    "its pod cannot be created: %s: %s".formatted(told.reason(), told.message()),
                    since))
        .orElseGet(
            () ->
                waiting(
                    key,
                    Phase.WAITING,
                    NO_POD,
                    "the cluster has not created its pod; kubectl describe job %s may say why"
                        .formatted(key.jobName()),
                    since));
  }

  private static ObservedJob live(JobKey key, Pod pod, Optional<PodTrouble> trouble) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return waiting(
          key,
          Phase.TERMINATING,
          "",
          "",
          Optional.of(Conditions.time(pod.getMetadata().getDeletionTimestamp())));
    }
    Optional<Instant> running = running(pod);
    if (running.isPresent()) {
      return waiting(key, Phase.RUNNING, "", "", running);
    }
    Instant since = Conditions.scheduledAt(pod);
    for (ContainerStatus status : statuses(pod)) {
      var waits = status.getState() == null ? null : status.getState().getWaiting();
      if (waits != null && BLOCKING.contains(String.valueOf(waits.getReason()))) {
        return blocked(
            key,
            "its container cannot start",
            waits.getReason(),
            Objects.requireNonNullElse(waits.getMessage(), "no message"),
            since);
      }
    }
    return Conditions.of(pod, "PodScheduled", "False")
        .map(condition -> unscheduled(key, condition, since))
        .or(
            () ->
                trouble.map(
                    told ->
                        blocked(key, "its pod cannot start", told.reason(), told.message(), since)))
        .orElseGet(() -> waiting(key, Phase.WAITING, "", "", Optional.of(since)));
  }

  private static ObservedJob blocked(
      JobKey key, String what, String reason, String message, Instant since) {
    return waiting(
        key,
        Phase.BLOCKED,
        upperSnake(reason),
        "%s: %s: %s".formatted(what, reason, message),
        Optional.of(since));
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
    return new ObservedJob(
        key, phase, reason, message, since, Optional.empty(), Optional.empty(), false, false);
  }

  private static ObservedJob finished(
      JobKey key, AttemptEnd end, Optional<TrainingOutcome> outcome, boolean deleted) {
    return new ObservedJob(
        key, Phase.FINISHED, "", "", Optional.empty(), Optional.of(end), outcome, deleted, false);
  }

  private static String queued(Job job) {
    String queue = job.getMetadata().getLabels().get(JobTemplate.QUEUE);
    return queue == null ? "its Job is suspended" : "waits in queue \"%s\"".formatted(queue);
  }

  /** Since when the trainer in a pod runs. */
  static Optional<Instant> running(Pod pod) {
    return trainer(pod)
        .map(status -> status.getState().getRunning())
        .map(state -> Conditions.time(state.getStartedAt()));
  }

  static Optional<ContainerStatus> trainer(Pod pod) {
    return statuses(pod).stream()
        .filter(status -> JobTemplate.CONTAINER.equals(status.getName()))
        .filter(status -> status.getState() != null)
        .findFirst();
  }

  private static List<ContainerStatus> statuses(Pod pod) {
    return pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
  }

  private static String upperSnake(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }
}
