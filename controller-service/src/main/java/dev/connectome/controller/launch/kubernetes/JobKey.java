package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The attempt of a Job or a pod, stored in its labels. */
record JobKey(UUID runUid, int attempt) {

  static final String RUN_UID = "connectome.dev/run-uid";
  private static final Pattern NAME =
      Pattern.compile(
          "connectome-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,9})(?:-.*)?");

  static final String ATTEMPT = "connectome.dev/attempt";

  /** Deterministic, so that a Job is never created twice. */
  String jobName() {
    return "connectome-" + runUid + "-" + attempt;
  }

  /** The attempt before. */
  JobKey before() {
    return new JobKey(runUid, attempt - 1);
  }

  /** What its Job and its pods are labelled with. */
  Map<String, String> labels() {
    return Map.of(RUN_UID, runUid.toString(), ATTEMPT, Integer.toString(attempt));
  }

  /** Reads the name of a Job or of one of its pods; empty if it is of no attempt. */
  static Optional<JobKey> ofName(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new JobKey(UUID.fromString(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Reads the labels; empty if they do not name an attempt. */
  static Optional<JobKey> of(HasMetadata resource) {
    Map<String, String> labels = resource.getMetadata().getLabels();
    try {
      return labels == null || !labels.containsKey(RUN_UID) || !labels.containsKey(ATTEMPT)
          ? Optional.empty()
          : Optional.of(
              new JobKey(
                  UUID.fromString(labels.get(RUN_UID)), Integer.parseInt(labels.get(ATTEMPT))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
