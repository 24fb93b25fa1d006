package dev.connectome.trainer.service;

/**
 * A setting is wrong or an input is missing: would happen again with the same settings. The message
 * names value and remedy.
 */
public final class UserException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String problem;

  /**
   * Makes an exception.
   *
   * @param problem what is wrong and what helps, as one sentence
   */
  public UserException(String problem) {
    super(problem);
    this.problem = problem;
  }

  /**
   * What is wrong.
   *
   * @return one sentence
   */
  public String problem() {
    return problem;
  }
}
