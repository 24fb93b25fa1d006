package dev.connectome.controller.lifecycle;

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
    NO_LOG
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
