package dev.connectome.controller.run;

/**
 * How an attempt ended, and what that means for the run. Pure: {@link #next} decides, others act.
 */
public sealed interface AttemptEnd {

  /** All epochs were trained. */
  record Completed() implements AttemptEnd {}

  /** A stop command was obeyed. */
  record Stopped() implements AttemptEnd {}

  /**
   * The process was told to end; another may go on.
   *
   * @param why what is known of it, for people; may be empty
   */
  record Interrupted(String why) implements AttemptEnd {
    /** Nothing is known of why. */
    public Interrupted() {
      this("");
    }
  }

  /**
   * The trainer said that it failed.
   *
   * @param message why, for people
   * @param permanent whether it would fail again
   */
  record Failed(String message, boolean permanent) implements AttemptEnd {}

  /**
   * The trainer is gone without a word.
   *
   * @param message what is known, for people
   */
  record Gone(String message) implements AttemptEnd {}

  /**
   * What becomes of the run.
   *
   * @param state the run's next state
   * @param failures failures in a row, this one included
   * @param message why, for people; empty where the state says it all
   */
  record Next(RunState state, int failures, String message) {}

  /**
   * Decides what becomes of a run.
   *
   * @param stopping whether a stop was being carried out
   * @param failures failures in a row before this end
   * @param maxFailures failures in a row after which a run has failed
   * @return what becomes of it
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
          : new Next(RunState.PENDING, failures, how + "; goes on from its checkpoint");
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
            "%s; will be tried again (failure %d of %d)".formatted(message, failures, maxFailures));
  }
}
