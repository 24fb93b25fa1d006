package dev.connectome.controller.run;

import static dev.connectome.controller.run.RunState.COMPLETED;
import static dev.connectome.controller.run.RunState.FAILED;
import static dev.connectome.controller.run.RunState.PENDING;
import static dev.connectome.controller.run.RunState.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.run.AttemptEnd.Early;
import org.junit.jupiter.api.Test;

class AttemptEndTest {

  private static final RetryBudget MOST = new RetryBudget(3, 10);

  @Test
  void aFailureIsTriedAgainUntilThereAreTooManyInARow() {
    var failed = new AttemptEnd.Failed("out of memory", false);

    assertThat(failed.next(false, new Early(0, 0), MOST).state()).isEqualTo(PENDING);
    assertThat(failed.next(false, new Early(1, 0), MOST).state()).isEqualTo(PENDING);
    assertThat(failed.next(false, new Early(2, 0), MOST).state()).isEqualTo(FAILED);
    assertThat(failed.next(false, new Early(2, 0), MOST).message())
        .contains("out of memory", "3 in a row");
  }

  @Test
  void aPermanentFailureIsNotTriedAgain() {
    AttemptEnd.Next next =
        new AttemptEnd.Failed("no such folder", true).next(false, new Early(0, 0), MOST);

    assertThat(next.state()).isEqualTo(FAILED);
    assertThat(next.message()).isEqualTo("no such folder");
  }

  @Test
  void aTrainerThatIsGoneWithoutAWordCountsAsAFailure() {
    var gone = new AttemptEnd.Gone("exit code 137");

    assertThat(gone.next(false, new Early(0, 0), MOST))
        .isEqualTo(
            new AttemptEnd.Next(
                PENDING, new Early(1, 0), "exit code 137; will be retried (failure 1 of 3)"));
    assertThat(gone.next(false, new Early(2, 0), MOST).state()).isEqualTo(FAILED);
  }

  @Test
  void interruptionsHaveABudgetOfTheirOwn() {
    AttemptEnd.Next next = new AttemptEnd.Interrupted().next(false, new Early(2, 3), MOST);

    assertThat(next.state()).isEqualTo(PENDING);
    assertThat(next.early()).isEqualTo(new Early(2, 4));
    assertThat(new AttemptEnd.Interrupted("drained").next(false, new Early(0, 9), MOST))
        .isEqualTo(
            new AttemptEnd.Next(
                FAILED,
                new Early(0, 10),
                "interrupted: drained (interruption 10 in a row without progress)"));
  }

  @Test
  void afterADecisionToStopNoAttemptFollows() {
    assertThat(new AttemptEnd.Stopped().next(true, new Early(0, 0), MOST).state())
        .isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Interrupted().next(true, new Early(0, 0), MOST).state())
        .isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Gone("killed").next(true, new Early(0, 0), MOST).state())
        .isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Completed().next(true, new Early(0, 0), MOST).state())
        .isEqualTo(COMPLETED);
    assertThat(new AttemptEnd.Failed("disk full", false).next(true, new Early(0, 0), MOST).state())
        .isEqualTo(FAILED);
  }
}
