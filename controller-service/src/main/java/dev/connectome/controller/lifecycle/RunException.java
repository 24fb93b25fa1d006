package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.RunState;

/** What was asked of a run cannot be done. The message names the run and the remedy. */
public final class RunException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why it cannot be done. */
  public enum Kind {
    /** There is no such run. */
    RUN_NOT_FOUND,
    /** The name is taken. */
    RUN_EXISTS,
    /** The run's state does not allow it. */
    WRONG_STATE,
    /** The trainer is not, or no longer, the run's. */
    TRAINER_SUPERSEDED,
    /** This controller has no such launcher. */
    NO_LAUNCHER,
    /** There is no log of that attempt here. */
    NO_LOG,
    /** This controller is about to end; another one, or its successor, takes the same call. */
    SHUTTING_DOWN
  }

  private final Kind kind;
  private final String problem;

  /**
   * Makes an exception.
   *
   * @param kind why
   * @param problem the same for people
   */
  public RunException(Kind kind, String problem) {
    super(problem);
    this.kind = kind;
    this.problem = problem;
  }

  /**
   * A trainer's attempt is over.
   *
   * @param runId the run's name
   * @param state its state
   * @param newest its newest attempt
   * @param attempt the trainer's
   * @return the exception
   */
  static RunException superseded(String runId, RunState state, int newest, int attempt) {
    return new RunException(
        Kind.TRAINER_SUPERSEDED,
        state.isEnd()
            ? "run \"%s\" has ended: it is %s".formatted(runId, state)
            : "attempt %d of run \"%s\" is over; the newest is %d"
                .formatted(attempt, runId, newest));
  }

  /**
   * Why it cannot be done.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The same for people.
   *
   * @return one sentence
   */
  public String problem() {
    return problem;
  }
}
