package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.AttemptTable.OnCluster;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides what to do about one attempt, from its row and its Job. Pure and level-triggered: the
 * same observation gives the same action, and once the action has taken effect none is left to do.
 */
final class Reconciliation {

  /** A younger attempt is still being created by the controller that started it. */
  static final Duration CREATION_GRACE = Duration.ofSeconds(15);

  /** How long a trainer may take to exit after it has reported how its attempt ended. */
  static final Duration EXIT_GRACE = Duration.ofSeconds(30);

  /** How long past its deletion time a pod is left before its node counts as lost. */
  static final Duration NODE_LOST_AFTER = Duration.ofMinutes(1);

  /** How long a cluster may take to create the pod of a Job before that is told. */
  static final Duration POD_GRACE = Duration.ofSeconds(30);

  private static final AttemptEnd.Interrupted DELETED =
      new AttemptEnd.Interrupted("its Job was deleted by someone else");

  private Reconciliation() {}

  sealed interface Action {
    record Nothing() implements Action {}

    /** The Job is missing. */
    record Create() implements Action {}

    /** The Job is not wanted. */
    record Delete(String why) implements Action {}

    /** The attempt has ended. */
    record End(AttemptEnd end, Optional<TrainingOutcome> outcome) implements Action {}

    /** The Job is missing from the cache; if the API server confirms it, the attempt has ended. */
    record EndIfGone(AttemptEnd end) implements Action {}

    /** The attempt waits for something. */
    record RecordWaiting(String reason, String message) implements Action {}
  }

  private static final Action NOTHING = new Action.Nothing();

  /**
   * @param attempt empty if it is not in the database
   * @param deleted whether its run was deleted; one that is merely not there may be in another
   *     database
   */
  static Action decide(
      Optional<OnCluster> attempt,
      boolean deleted,
      Optional<ObservedJob> job,
      Duration startTimeout,
      Duration keepFinished,
      Instant now) {
    if (job.isEmpty()) {
      return attempt.filter(OnCluster::open).map(Reconciliation::missing).orElse(NOTHING);
    }
    Action action =
        attempt.isEmpty()
            ? (deleted ? new Action.Delete("its run was deleted") : NOTHING)
            : attempt.get().wanted() == Wanted.GONE
                ? unwanted(attempt.get(), job.get(), keepFinished)
                : wanted(attempt.get(), job.get(), startTimeout, now);
    return action instanceof Action.Delete && job.get().deleted() ? NOTHING : action;
  }

  private static Action missing(OnCluster attempt) {
    if (attempt.wanted() != Wanted.RUN) {
      return new Action.EndIfGone(new AttemptEnd.Gone("its Job was deleted"));
    }
    if (attempt.registered()) {
      return new Action.EndIfGone(DELETED);
    }
    return attempt.sinceLaunch().compareTo(CREATION_GRACE) >= 0 ? new Action.Create() : NOTHING;
  }

  private static Action unwanted(OnCluster attempt, ObservedJob job, Duration keepFinished) {
    return switch (job.phase()) {
      case DELETING -> NOTHING;
      case FINISHED -> {
        if (attempt.open()) {
          yield new Action.End(job.end().orElseThrow(), job.outcome());
        }
        if (job.leaving()) {
          yield attempt.sinceEnd().compareTo(EXIT_GRACE) >= 0
              ? new Action.Delete("others of its pods go on")
              : NOTHING;
        }
        yield attempt.sinceEnd().compareTo(keepFinished) >= 0
            ? new Action.Delete("its retention has expired")
            : NOTHING;
      }
      case SUSPENDED, WAITING, BLOCKED -> new Action.Delete("its trainer is not wanted any more");
      case RUNNING, TERMINATING ->
          attempt.open() || attempt.sinceEnd().compareTo(EXIT_GRACE) >= 0
              ? new Action.Delete("its trainer is not wanted any more")
              : NOTHING;
    };
  }

  private static Action wanted(
      OnCluster attempt, ObservedJob job, Duration startTimeout, Instant now) {
    boolean late = lasts(job, startTimeout, now);
    return switch (job.phase()) {
      case FINISHED -> {
        ObservedJob ended = job.deleted() ? job.interruptedBy(DELETED) : job;
        yield new Action.End(ended.end().orElseThrow(), ended.outcome());
      }
      case SUSPENDED -> attempt.registered() ? end(ObservedJob.QUEUE) : recordWaiting(job);
      case WAITING ->
          job.reason().equals(ObservedJob.NO_POD) && !lasts(job, POD_GRACE, now)
              ? NOTHING
              : recordWaiting(job);
      case BLOCKED -> late ? end(new AttemptEnd.Failed(job.message(), true)) : recordWaiting(job);
      case RUNNING ->
          late && !attempt.registered()
              ? end(
                  new AttemptEnd.Gone(
                      "its trainer has not registered within %d s"
                          .formatted(startTimeout.toSeconds())))
              : NOTHING;
      case TERMINATING, DELETING ->
          lasts(job, NODE_LOST_AFTER, now)
              ? end(new AttemptEnd.Interrupted("its node is lost"))
              : NOTHING;
    };
  }

  private static boolean lasts(ObservedJob job, Duration time, Instant now) {
    return job.since().filter(since -> since.plus(time).isBefore(now)).isPresent();
  }

  private static Action end(AttemptEnd end) {
    return new Action.End(end, Optional.empty());
  }

  private static Action recordWaiting(ObservedJob job) {
    return job.message().isEmpty()
        ? NOTHING
        : new Action.RecordWaiting(job.reason(), job.message());
  }
}
