package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The attempt of a Job or a pod, stored in its labels. */
record JobKey(UUID runUid, int attempt) {

  static final String RUN_UID = "connectome.dev/run-uid";
  static final String ATTEMPT = "connectome.dev/attempt";

  /** Deterministic, so that a Job is never created twice. */
  String jobName() {
    return "connectome-" + runUid + "-" + attempt;
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
