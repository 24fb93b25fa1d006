package dev.connectome.trainer.service;

/**
 * A setting is wrong or an input is missing, so that retrying does not help. The message states the
 * value and the remedy.
 */
public final class UserException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String problem;

  public UserException(String problem) {
    super(problem);
    this.problem = problem;
  }

  public String problem() {
    return problem;
  }
}
