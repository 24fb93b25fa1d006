package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;

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
    /** The trainer does not belong, or no longer belongs, to the run. */
    TRAINER_SUPERSEDED,
    /** This controller does not have the launcher. */
    NO_LAUNCHER,
    /** This controller has no log of the attempt. */
    NO_LOG,
    /** This controller is shutting down; retry at another one or at its successor. */
    SHUTTING_DOWN
  }

  private final Kind kind;
  private final String problem;

  public RunException(Kind kind, String problem) {
    super(problem);
    this.kind = kind;
    this.problem = problem;
  }

  static RunException superseded(String runId, RunState state, int newest, int attempt) {
    return new RunException(
        Kind.TRAINER_SUPERSEDED,
        state.isEnd()
            ? "run \"%s\" has ended: it is %s".formatted(runId, state)
            : "attempt %d of run \"%s\" is over; the newest is %d"
                .formatted(attempt, runId, newest));
  }

  static RunException otherInstance(String runId, int attempt) {
    return new RunException(
        Kind.TRAINER_SUPERSEDED,
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
