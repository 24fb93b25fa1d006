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
   * What follows for the run.
   *
   * @param failures failures in a row, including this one
   * @param message may be empty
   */
  record Next(RunState state, int failures, String message) {}

  /**
   * Decides what follows for the run.
   *
   * @param stopping whether a stop command was pending
   * @param failures failures in a row before this end
   * @param maxFailures failures in a row after which the run has failed
   */
  default Next next(boolean stopping, int failures, int maxFailures) {
    if (this instanceof Completed) {
      return new Next(RunState.COMPLETED, 0, "");
    }
    if (this instanceof Stopped) {
      return new Next(RunState.STOPPED, 0, "");
    }
    if (this instanceof Interrupted interrupted) {
      String how =
          interrupted.why().isEmpty() ? "interrupted" : "interrupted: " + interrupted.why();
      return stopping
          ? new Next(RunState.STOPPED, 0, how + " while it was stopping")
          : new Next(RunState.PENDING, failures, how + "; will resume from its checkpoint");
    }
    if (this instanceof Failed failed) {
      return failed.permanent() || stopping
          ? new Next(RunState.FAILED, failures + 1, failed.message())
          : retry(failed.message(), failures + 1, maxFailures);
    }
    String message = ((Gone) this).message();
    return stopping
        ? new Next(RunState.STOPPED, 0, message + " while it was stopping")
        : retry(message, failures + 1, maxFailures);
  }

  private static Next retry(String message, int failures, int maxFailures) {
    return failures >= maxFailures
        ? new Next(
            RunState.FAILED,
            failures,
            failures == 1 ? message : "%s (failure %d in a row)".formatted(message, failures))
        : new Next(
            RunState.PENDING,
            failures,
            "%s; will be retried (failure %d of %d)".formatted(message, failures, maxFailures));
  }
}
