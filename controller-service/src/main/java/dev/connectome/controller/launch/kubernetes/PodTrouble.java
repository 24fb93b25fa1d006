package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an event says of a Job whose pod cannot be created, or of a pod that cannot start: clusters
 * say it nowhere else.
 *
 * @param reason the event's reason, such as FailedCreate or FailedMount
 * @param message its message, the same for every try
 */
record PodTrouble(String reason, String message) {

  private static final String WARNING = "Warning";

  /** The scheduler's events are told by the pod's conditions, and newer there. */
  private static final String UNSCHEDULABLE = "FailedScheduling";

  private static final String QUOTA = "exceeded quota";

  /** The newest of some events that tells of trouble. */
  static Optional<PodTrouble> of(List<Event> events) {
    return events.stream()
        .filter(event -> WARNING.equals(event.getType()))
        .filter(event -> event.getReason() != null && !UNSCHEDULABLE.equals(event.getReason()))
        .max(Comparator.comparing(PodTrouble::time))
        .map(
            event ->
                new PodTrouble(
                    event.getReason(),
                    alike(Objects.requireNonNullElse(event.getMessage(), "no message"))));
  }

  /** Whether it may pass when other trainings end, however long that takes. */
  boolean isQuota() {
    return message.contains(QUOTA);
  }

  /** Each try has a pod of another name. */
  private static String alike(String message) {
    return message.replaceAll("pods? \"connectome-[-0-9a-z]+\"", "its pod");
  }

  private static Instant time(Event event) {
    if (event.getLastTimestamp() != null) {
      return Instant.parse(event.getLastTimestamp());
    }
    return event.getEventTime() == null
        ? Instant.EPOCH
        : event.getEventTime().getTime() == null
            ? Instant.EPOCH
            : Instant.parse(event.getEventTime().getTime());
  }
}
