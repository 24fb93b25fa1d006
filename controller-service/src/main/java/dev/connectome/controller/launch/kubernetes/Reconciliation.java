package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.AttemptTable.OnCluster;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be done about one attempt, from what the database has of it and what the cluster
 * shows. Pure and level-based: the same observation gives the same action however it came about,
 * and once an action has taken effect the next observation asks for no more.
 */
final class Reconciliation {

  /** An attempt younger than this is being created by whoever began it. */
  static final Duration CREATION = Duration.ofSeconds(15);

  /** How long a trainer whose attempt has ended may take to end by itself. */
  static final Duration LEAVING = Duration.ofSeconds(30);

  /** How long after its time a pod that was told to go is taken for one on a lost node. */
  static final Duration NODE_LOST = Duration.ofMinutes(1);

  private Reconciliation() {}

  /** What is to be done. */
  sealed interface Action {
    /** All is well, or somebody else's turn. */
    record Nothing() implements Action {}

    /** The Job is missing. */
    record Create() implements Action {}

    /** The Job is not wanted. */
    record Delete(String why) implements Action {}

    /** The attempt has ended. */
    record End(AttemptEnd end, Optional<TrainingOutcome> outcome) implements Action {}

    /** The Job of a trainer that was there is gone, if the API server says so too. */
    record EndIfGone() implements Action {}

    /** The attempt waits for something. */
    record Tell(String kind, String message) implements Action {}
  }

  private static final Action NOTHING = new Action.Nothing();

  /**
   * Decides.
   *
   * @param attempt the attempt; empty if its run was deleted
   * @param job its Job; empty if there is none
   * @param startTimeout how long a trainer that runs may take to register, and a pod to be
   *     startable
   * @param keepFinished how long a finished Job is kept
   * @param now the time
   * @return what to do
   */
  static Action decide(
      Optional<OnCluster> attempt,
      Optional<ObservedJob> job,
      Duration startTimeout,
      Duration keepFinished,
      Instant now) {
    Optional<Phase> phase = job.map(ObservedJob::phase);
    if (attempt.isEmpty()) {
      return phase.filter(seen -> seen != Phase.DELETING).isPresent()
          ? new Action.Delete("its run was deleted")
          : NOTHING;
    }
    if (!attempt.get().open()) {
      return phase.map(seen -> ended(attempt.get(), seen, keepFinished)).orElse(NOTHING);
    }
    return job.map(seen -> open(attempt.get(), seen, startTimeout, now))
        .orElseGet(() -> missing(attempt.get()));
  }

  private static Action ended(OnCluster attempt, Phase phase, Duration keepFinished) {
    return switch (phase) {
      case DELETING -> NOTHING;
      case FINISHED ->
          attempt.sinceEnd().compareTo(keepFinished) >= 0
              ? new Action.Delete("it has finished and was kept long enough")
              : NOTHING;
      case SUSPENDED, WAITING, BLOCKED -> new Action.Delete("its attempt is over");
      case RUNNING, LEAVING ->
          attempt.sinceEnd().compareTo(LEAVING) >= 0
              ? new Action.Delete("its attempt is over and its trainer is still there")
              : NOTHING;
    };
  }

  private static Action missing(OnCluster attempt) {
    if (attempt.registered()) {
      return new Action.EndIfGone();
    }
    return attempt.sinceLaunch().compareTo(CREATION) >= 0 ? new Action.Create() : NOTHING;
  }

  private static Action open(
      OnCluster attempt, ObservedJob job, Duration startTimeout, Instant now) {
    boolean late = job.since().filter(since -> since.plus(startTimeout).isBefore(now)).isPresent();
    return switch (job.phase()) {
      case DELETING -> NOTHING;
      case FINISHED -> new Action.End(job.end().orElseThrow(), job.outcome());
      case SUSPENDED ->
          attempt.registered()
              ? end(new AttemptEnd.Interrupted("its queue has suspended it"))
              : tell(job);
      case WAITING -> tell(job);
      case BLOCKED -> late ? end(new AttemptEnd.Failed(job.message(), true)) : tell(job);
      case RUNNING ->
          late && !attempt.registered()
              ? end(
                  new AttemptEnd.Gone(
                      "its trainer has not registered within %d s"
                          .formatted(startTimeout.toSeconds())))
              : NOTHING;
      case LEAVING ->
          job.since().filter(since -> since.plus(NODE_LOST).isBefore(now)).isPresent()
              ? end(new AttemptEnd.Interrupted("its node is lost"))
              : NOTHING;
    };
  }

  private static Action end(AttemptEnd end) {
    return new Action.End(end, Optional.empty());
  }

  private static Action tell(ObservedJob job) {
    return job.message().isEmpty() ? NOTHING : new Action.Tell(job.reason(), job.message());
  }
}
