package dev.connectome.controller.run;

/**
 * How often in a row, without progress, a run's trainers may end early before the run fails.
 *
 * @param failures 1 or more
 * @param interruptions 1 or more
 */
public record RetryBudget(int failures, int interruptions) {

  /**
   * @throws IllegalArgumentException if one is below 1
   */
  public RetryBudget {
    if (failures < 1 || interruptions < 1) {
      throw new IllegalArgumentException(
          "failures and interruptions must be 1 or more, not %d and %d"
              .formatted(failures, interruptions));
    }
  }
}
