package dev.connectome.controller.run;

import static dev.connectome.controller.run.RunState.COMPLETED;
import static dev.connectome.controller.run.RunState.FAILED;
import static dev.connectome.controller.run.RunState.PENDING;
import static dev.connectome.controller.run.RunState.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AttemptEndTest {

  private static final int MOST = 3;

  @Test
  void aFailureIsTriedAgainUntilThereAreTooManyInARow() {
    var failed = new AttemptEnd.Failed("out of memory", false);

    assertThat(failed.next(false, 0, MOST).state()).isEqualTo(PENDING);
    assertThat(failed.next(false, 1, MOST).state()).isEqualTo(PENDING);
    assertThat(failed.next(false, 2, MOST).state()).isEqualTo(FAILED);
    assertThat(failed.next(false, 2, MOST).message()).contains("out of memory", "3 in a row");
  }

  @Test
  void aPermanentFailureIsNotTriedAgain() {
    AttemptEnd.Next next = new AttemptEnd.Failed("no such folder", true).next(false, 0, MOST);

    assertThat(next.state()).isEqualTo(FAILED);
    assertThat(next.message()).isEqualTo("no such folder");
  }

  @Test
  void aTrainerThatIsGoneWithoutAWordCountsAsAFailure() {
    var gone = new AttemptEnd.Gone("exit code 137");

    assertThat(gone.next(false, 0, MOST))
        .isEqualTo(
            new AttemptEnd.Next(PENDING, 1, "exit code 137; will be retried (failure 1 of 3)"));
    assertThat(gone.next(false, 2, MOST).state()).isEqualTo(FAILED);
  }

  @Test
  void anInterruptionCountsForNothing() {
    AttemptEnd.Next next = new AttemptEnd.Interrupted().next(false, 2, MOST);

    assertThat(next.state()).isEqualTo(PENDING);
    assertThat(next.failures()).isEqualTo(2);
  }

  @Test
  void afterADecisionToStopNoAttemptFollows() {
    assertThat(new AttemptEnd.Stopped().next(true, 0, MOST).state()).isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Interrupted().next(true, 0, MOST).state()).isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Gone("killed").next(true, 0, MOST).state()).isEqualTo(STOPPED);
    assertThat(new AttemptEnd.Completed().next(true, 0, MOST).state()).isEqualTo(COMPLETED);
    assertThat(new AttemptEnd.Failed("disk full", false).next(true, 0, MOST).state())
        .isEqualTo(FAILED);
  }
}
