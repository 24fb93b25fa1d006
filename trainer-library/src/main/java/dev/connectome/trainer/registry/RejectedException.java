package dev.connectome.trainer.registry;

/**
 * The controller rejects this trainer: the run does not exist or has ended, or another trainer has
 * taken it over. Retrying does not help.
 */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  RejectedException(String reason) {
    super(reason);
    this.reason = reason;
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
