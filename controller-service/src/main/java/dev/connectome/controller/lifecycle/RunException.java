package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A request that a run's state does not allow. The message names the run and the remedy. */
public final class RunException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public enum Kind {
    RUN_NOT_FOUND,
    /** The name is in use. */
    RUN_EXISTS,
    /** The request id is that of another request. */
    REQUEST_ID_USED,
    /** The run has changed since the caller read it. */
    RUN_CHANGED,
    /** The run's state does not allow the request. */
    WRONG_STATE,
    /** The run was deleted; its trainer has nothing to train. */
    RUN_DELETED,
    /** A newer attempt replaced the trainer's. */
    SUPERSEDED,
    /** The attempt has not begun, as far as this database knows. */
    ATTEMPT_UNKNOWN,
    /** The run has ended. */
    RUN_ENDED,
    /** The attempt is another trainer's. */
    OTHER_TRAINER,
    /** The run has another trainer. */
    RUN_TAKEN,
    /** This controller does not have the launcher. */
    NO_LAUNCHER,
    /** This controller has no log of the attempt. */
    NO_LOG,
    /** The broker has not stored what the trainer sent; it sends it again. */
    BROKER_AWAY,
    /** More is on its way to the broker than this controller holds; the trainer sends it again. */
    BUSY,
    /** This controller is shutting down; retry at another one or at its successor. */
    SHUTTING_DOWN
  }

  private final Kind kind;
  private final String problem;
  private final Map<String, String> details;

  public RunException(Kind kind, String problem) {
    this(kind, problem, Map.of());
  }

  private RunException(Kind kind, String problem, Map<String, String> details) {
    super(problem);
    this.kind = kind;
    this.problem = problem;
    this.details = Map.copyOf(details);
  }

  /**
   * Why a trainer is not, or no longer, the run's.
   *
   * @param attempt the trainer's attempt
   * @param newest the run's newest attempt
   */
  static RunException notTheRuns(String runId, RunState state, int newest, int attempt) {
    if (attempt < newest) {
      return new RunException(
          Kind.SUPERSEDED,
          "attempt %d of run \"%s\" is over; the newest is %d".formatted(attempt, runId, newest),
          Map.of("attempt", Integer.toString(newest)));
    }
    if (attempt > newest) {
      return new RunException(
          Kind.ATTEMPT_UNKNOWN,
          "run \"%s\" has no attempt %d; the newest is %d".formatted(runId, attempt, newest));
    }
    return state.isEnd()
        ? new RunException(Kind.RUN_ENDED, "run \"%s\" has ended: it is %s".formatted(runId, state))
        : new RunException(
            Kind.RUN_ENDED,
            "attempt %d of run \"%s\" has ended; the run is %s".formatted(attempt, runId, state));
  }

  /** Why there is no such run. */
  static RunException noRun(UUID uid, Optional<Instant> deleted) {
    return deleted
        .map(
            time ->
                new RunException(
                    Kind.RUN_DELETED,
                    "run %s was deleted at %s".formatted(uid, time),
                    Map.of("delete_time", time.toString())))
        .orElseGet(() -> Runs.notFound(uid.toString()));
  }

  /** For programs; the keys are those of the contract. */
  public Map<String, String> details() {
    return details;
  }

  static RunException otherInstance(String runId, int attempt) {
    return new RunException(
        Kind.OTHER_TRAINER,
        "attempt %d of run \"%s\" belongs to a trainer with another instance id"
            .formatted(attempt, runId));
  }

  public Kind kind() {
    return kind;
  }

  public String problem() {
    return problem;
  }
}
