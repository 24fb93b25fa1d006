package dev.connectome.trainer.registry;

/** The controller has answered, and retrying does not help. */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Cause cause;
  private final String reason;

  /** What the controller says of a trainer, in its own words: no proxy can say it. */
  public enum Cause {
    /** The run was deleted: nothing is left to train for. */
    RUN_DELETED(true),
    /** A newer attempt has replaced this one. */
    SUPERSEDED(true),
    /** The request is wrong, the run does not exist, has ended or has another trainer. */
    REFUSED(false);

    private final boolean endsTraining;

    Cause(boolean endsTraining) {
      this.endsTraining = endsTraining;
    }
  }

  RejectedException(Cause cause, String reason) {
    super(reason);
    this.cause = cause;
    this.reason = reason;
  }

  /**
   * Returns whether a training under way must end. Any other rejection may come from a database
   * that was restored, or from a controller of another platform: the training goes on.
   *
   * @return whether the run was deleted or the attempt superseded
   */
  public boolean endsTraining() {
    return cause.endsTraining;
  }

  /**
   * Returns the controller's reason.
   *
   * @return one sentence, for people
   */
  public String reason() {
    return reason;
  }
}
