package dev.connectome.controller.run;

/** How an attempt ended. Pure: {@link #next} decides what follows for the run, others act. */
public sealed interface AttemptEnd {

  /** All epochs were trained. */
  record Completed() implements AttemptEnd {}

  /** The trainer obeyed a stop command. */
  record Stopped() implements AttemptEnd {}

  /**
   * The process was told to end; the run can continue in another one.
   *
   * @param why may be empty
   */
  record Interrupted(String why) implements AttemptEnd {
    /** The reason is unknown. */
    public Interrupted() {
      this("");
    }
  }

  /**
   * The trainer reported a failure.
   *
   * @param permanent whether a retry would fail again
   */
  record Failed(String message, boolean permanent) implements AttemptEnd {}

  /** The trainer disappeared without an outcome. */
  record Gone(String message) implements AttemptEnd {}

  /**
   * Ends in a row without progress between them.
   *
   * @param failures how many failed
   * @param interruptions how many were interrupted
   */
  record Early(int failures, int interruptions) {
    public static final Early NONE = new Early(0, 0);
  }

  /**
   * What follows for the run.
   *
   * @param early the ends in a row, including this one
   * @param message may be empty
   */
  record Next(RunState state, Early early, String message) {}

  /**
   * Decides what follows for the run.
   *
   * @param stopping whether a stop command was pending
   * @param before the ends in a row before this one
   */
  default Next next(boolean stopping, Early before, RetryBudget budget) {
    if (this instanceof Completed) {
      return new Next(RunState.COMPLETED, Early.NONE, "");
    }
    if (this instanceof Stopped) {
      return new Next(RunState.STOPPED, Early.NONE, "");
    }
    if (this instanceof Interrupted interrupted) {
      String how =
          interrupted.why().isEmpty() ? "interrupted" : "interrupted: " + interrupted.why();
      return stopping
          ? new Next(RunState.STOPPED, Early.NONE, how + " while it was stopping")
          : interrupted(how, new Early(before.failures(), before.interruptions() + 1), budget);
    }
    var early = new Early(before.failures() + 1, before.interruptions());
    if (this instanceof Failed failed) {
      return failed.permanent() || stopping
          ? new Next(RunState.FAILED, early, failed.message())
          : failed(failed.message(), early, budget);
    }
    String message = ((Gone) this).message();
    return stopping
        ? new Next(RunState.STOPPED, Early.NONE, message + " while it was stopping")
        : failed(message, early, budget);
  }

  private static Next interrupted(String how, Early early, RetryBudget budget) {
    return early.interruptions() >= budget.interruptions()
        ? new Next(
            RunState.FAILED,
            early,
            "%s (interruption %d in a row without progress)".formatted(how, early.interruptions()))
        : new Next(RunState.PENDING, early, how + "; will resume from its checkpoint");
  }

  private static Next failed(String message, Early early, RetryBudget budget) {
    int failures = early.failures();
    return failures >= budget.failures()
        ? new Next(
            RunState.FAILED,
            early,
            failures == 1 ? message : "%s (failure %d in a row)".formatted(message, failures))
        : new Next(
            RunState.PENDING,
            early,
            "%s; will be retried (failure %d of %d)"
                .formatted(message, failures, budget.failures()));
  }
}
