package dev.connectome.controller.launch.kubernetes;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.launch.ReportedOutcome;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, from its pod: the trainer's outcome, otherwise the exit code and the pod's
 * conditions. A pod that the cluster took away is an interruption; one that ended by itself has
 * failed.
 */
final class PodExit {

  private static final Set<Integer> TERMINATION_CODES = Set.of(130, 143);
  private static final int INVALID_SETTINGS = 2;
  private static final String OUT_OF_MEMORY = "OOMKilled";

  /** The node ran short of a resource, most likely because of this pod: counts as a failure. */
  private static final String NODE_PRESSURE = "TerminationByKubelet";

  private static final Set<String> DISRUPTION_REASONS =
      Set.of("Evicted", "NodeLost", "NodeShutdown", "Terminated", "Preempting", "Shutdown");

  private PodExit() {}

  /** The trainer's container, once it has terminated. */
  static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return ObservedJob.trainer(pod).map(status -> status.getState().getTerminated());
  }

  static boolean hasEnded(Pod pod) {
    return terminated(pod).isPresent() || hasFailed(pod);
  }

  /** Whether it has ended and not with exit code 0. */
  static boolean isBad(Pod pod) {
    return terminated(pod)
        .map(state -> !Integer.valueOf(0).equals(state.getExitCode()))
        .orElseGet(() -> hasFailed(pod));
  }

  /** When the trainer in it ended; long ago if the cluster does not say. */
  static Instant time(Pod pod) {
    return terminated(pod)
        .map(state -> Conditions.time(state.getFinishedAt()))
        .orElse(Instant.EPOCH);
  }

  private static boolean hasFailed(Pod pod) {
    return pod.getStatus() != null && "Failed".equals(pod.getStatus().getPhase());
  }

  /** The end of an attempt whose container has terminated. */
  static AttemptEnd end(Pod pod, ContainerStateTerminated terminated) {
    Optional<TrainingOutcome> outcome = outcome(terminated.getMessage());
    if (outcome.isPresent()) {
      return OutcomeCodec.end(outcome.get());
    }
    int code = Objects.requireNonNullElse(terminated.getExitCode(), -1);
    if (OUT_OF_MEMORY.equals(terminated.getReason())) {
      return new AttemptEnd.Gone("its trainer was killed for using more memory than its limit");
    }
    Optional<String> disruption = disruption(pod);
    if (disruption.isPresent()) {
      return new AttemptEnd.Interrupted(disruption.get());
    }
    if (TERMINATION_CODES.contains(code)) {
      return new AttemptEnd.Interrupted("its trainer was told to terminate");
    }
    if (code == INVALID_SETTINGS) {
      return new AttemptEnd.Failed(
          "its trainer refused its settings" + lastLine(terminated.getMessage()), true);
    }
    return new AttemptEnd.Gone(
        "its trainer exited with code " + code + lastLine(terminated.getMessage()));
  }

  /** The end of an attempt whose pod failed before its container started. */
  static AttemptEnd endBeforeStart(Pod pod) {
    Optional<String> disruption = disruption(pod);
    if (disruption.isPresent()) {
      return new AttemptEnd.Interrupted(disruption.get());
    }
    return new AttemptEnd.Gone(
        "its pod failed: %s: %s"
            .formatted(
                Objects.requireNonNullElse(pod.getStatus().getReason(), "no reason given"),
                Objects.requireNonNullElse(pod.getStatus().getMessage(), "no message")));
  }

  static Optional<TrainingOutcome> outcome(@Nullable String message) {
    if (message == null || message.isBlank()) {
      return Optional.empty();
    }
    try {
      return ReportedOutcome.parse(message);
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> disruption(Pod pod) {
    Optional<PodCondition> target =
        pod.getStatus().getConditions().stream()
            .filter(condition -> "DisruptionTarget".equals(condition.getType()))
            .filter(condition -> "True".equals(condition.getStatus()))
            .findFirst();
    if (target.isPresent()) {
      return target
          .filter(condition -> !NODE_PRESSURE.equals(condition.getReason()))
          .map(condition -> describe(condition.getReason(), condition.getMessage()));
    }
    return Optional.ofNullable(pod.getStatus().getReason())
        .filter(DISRUPTION_REASONS::contains)
        .map(reason -> describe(reason, pod.getStatus().getMessage()));
  }

  private static String describe(@Nullable String reason, @Nullable String message) {
    String what = Objects.requireNonNullElse(reason, "disrupted");
    return message == null || message.isEmpty() ? what : what + ": " + message;
  }

  private static String lastLine(@Nullable String message) {
    return message == null
        ? ""
        : message
            .lines()
            .filter(line -> !line.isBlank())
            .reduce((first, second) -> second)
            .map(line -> "; the last line of its log is: " + line)
            .orElse("");
  }
}
