package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.run.AttemptEnd;
import java.time.Instant;
import java.util.Optional;

/**
 * What the attempt before says to the Job of a new attempt: two trainers of one run must not run at
 * once, and a deadline that ended the last one is the end of the run.
 */
sealed interface Predecessor {

  /** Nothing of it is left that could train. */
  record Ended() implements Predecessor {}

  /** Its trainer may still write its checkpoint. */
  record Leaving() implements Predecessor {}

  /**
   * The cluster had ended it when its trainer said that it was interrupted.
   *
   * @param end what had become of it
   */
  record Final(AttemptEnd end) implements Predecessor {}

  /** Judges what is left of the Job of the attempt before; empty if nothing is. */
  static Predecessor of(Optional<ObservedJob> before, Instant now) {
    if (before.isEmpty()) {
      return new Ended();
    }
    ObservedJob job = before.get();
    if (job.end().filter(ObservedJob.DEADLINE::equals).isPresent()) {
      return new Final(ObservedJob.DEADLINE);
    }
    boolean mayTrain =
        switch (job.phase()) {
          // Its pod may be there before it is seen here. What has no pod is being deleted.
          case SUSPENDED, WAITING, BLOCKED, RUNNING -> true;
          case TERMINATING, DELETING -> !lost(job, now);
          case FINISHED -> job.leaving() && !lost(job, now);
        };
    return mayTrain ? new Leaving() : new Ended();
  }

  /** Its node cannot say that its pod has gone. A Job without a pod has nobody to wait for. */
  private static boolean lost(ObservedJob job, Instant now) {
    return job.since()
        .map(since -> since.plus(Reconciliation.NODE_LOST_AFTER).isBefore(now))
        .orElse(job.phase() == Phase.DELETING);
  }
}
