package dev.connectome.controller.lifecycle;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.run.RetryBudget;
import dev.connectome.protos.trainer.v1.RetrySpec;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When and how often trainers that ended early are started again.
 *
 * @param budget of runs that do not have one of their own
 * @param failure the pauses after failures
 * @param interruption the pauses after interruptions
 */
public record RetrySettings(RetryBudget budget, Backoff failure, Backoff interruption) {

  RetryBudget budget(RetrySpec spec) {
    return new RetryBudget(
        spec.hasMaxFailures() ? spec.getMaxFailures() : budget.failures(),
        spec.hasMaxInterruptions() ? spec.getMaxInterruptions() : budget.interruptions());
  }

  /** How long to wait after an end: it counted for one kind, and that one's pause is due. */
  Duration pause(AttemptEnd.Early before, AttemptEnd.Early early, RandomGenerator random) {
    return early.failures() > before.failures()
        ? failure.delay(early.failures(), random)
        : interruption.delay(early.interruptions(), random);
  }
}
