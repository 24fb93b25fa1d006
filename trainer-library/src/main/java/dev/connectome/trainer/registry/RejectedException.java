package dev.connectome.trainer.registry;

/**
 * The controller does not want this trainer: there is no such run, it has ended, or another trainer
 * has it.
 */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  RejectedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /**
   * Why, for people.
   *
   * @return the reason
   */
  public String reason() {
    return reason;
  }
}
