package dev.connectome.controller.launch.kubernetes;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a trainer's pod means for its attempt: what the trainer said, else what its exit
 * code and the cluster tell. What the cluster did to the pod is an interruption, and what the
 * trainer did by itself a failure.
 */
final class PodExit {

  private static final Set<Integer> ASKED = Set.of(130, 143);
  private static final int BAD_SETTINGS = 2;
  private static final String OUT_OF_MEMORY = "OOMKilled";

  /** The node was short of something, most often because of this pod: not for ever, then. */
  private static final String NODE_PRESSURE = "TerminationByKubelet";

  private static final Set<String> TAKEN_AWAY =
      Set.of("Evicted", "NodeLost", "NodeShutdown", "Terminated", "Preempting", "Shutdown");

  private PodExit() {}

  /** How an attempt ended whose container has. */
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
    if (ASKED.contains(code)) {
      return new AttemptEnd.Interrupted("its trainer was told to end");
    }
    if (code == BAD_SETTINGS) {
      return new AttemptEnd.Failed(
          "its trainer refused its settings" + lastLine(terminated.getMessage()), true);
    }
    return new AttemptEnd.Gone(
        "its trainer exited with code " + code + lastLine(terminated.getMessage()));
  }

  /** How an attempt ended whose pod failed before its container could say how. */
  static AttemptEnd endBeforeStart(Pod pod) {
    Optional<String> disruption = disruption(pod);
    if (disruption.isPresent()) {
      return new AttemptEnd.Interrupted(disruption.get());
    }
    return new AttemptEnd.Gone(
        "its pod failed: %s: %s"
            .formatted(
                Objects.requireNonNullElse(pod.getStatus().getReason(), "no reason given"),
                Objects.requireNonNullElse(pod.getStatus().getMessage(), "no more is known")));
  }

  /** What the trainer left in its termination message; empty if that says nothing of the kind. */
  static Optional<TrainingOutcome> outcome(@Nullable String message) {
    if (message == null || message.isBlank()) {
      return Optional.empty();
    }
    var request = ReportOutcomeRequest.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(message, request);
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    TrainingEnd end = request.getOutcome().getEnd();
    return end == TrainingEnd.TRAINING_END_UNSPECIFIED || end == TrainingEnd.UNRECOGNIZED
        ? Optional.empty()
        : Optional.of(request.getOutcome());
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
          .map(condition -> described(condition.getReason(), condition.getMessage()));
    }
    return Optional.ofNullable(pod.getStatus().getReason())
        .filter(TAKEN_AWAY::contains)
        .map(reason -> described(reason, pod.getStatus().getMessage()));
  }

  private static String described(@Nullable String reason, @Nullable String message) {
    String known = Objects.requireNonNullElse(reason, "disrupted");
    return message == null || message.isEmpty() ? known : known + ": " + message;
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
