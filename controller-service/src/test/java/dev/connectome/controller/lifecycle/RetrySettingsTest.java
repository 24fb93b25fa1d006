package dev.connectome.controller.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.run.AttemptEnd.Early;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.run.RetryBudget;
import dev.connectome.protos.trainer.v1.RetrySpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetrySettingsTest {

  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final RetrySettings settings =
      new RetrySettings(
          new RetryBudget(5, 50),
          new Backoff(Duration.ofSeconds(10), LONGEST),
          new Backoff(Duration.ofSeconds(2), LONGEST));
  private final Random random = new Random(1);

  @Test
  void pausesOfFailuresDoubleUpToMinutes() {
    for (int failures = 1; failures <= 40; failures++) {
      Duration whole = Duration.ofSeconds((long) Math.min(600, 10 * Math.pow(2, failures - 1)));

      Duration pause = settings.pause(new Early(failures - 1, 7), new Early(failures, 7), random);

      assertThat(pause).isBetween(whole.dividedBy(2), whole);
    }
  }

  @Test
  void interruptionsHaveAPauseTooWhateverFailedBefore() {
    assertThat(settings.pause(new Early(3, 0), new Early(3, 1), random))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(settings.pause(new Early(3, 9), new Early(3, 10), random))
        .isBetween(LONGEST.dividedBy(2), LONGEST);
  }

  @Test
  void whatFailedTogetherDoesNotReturnTogether() {
    Set<Duration> pauses = new HashSet<>();
    for (int run = 0; run < 100; run++) {
      pauses.add(settings.pause(Early.NONE, new Early(1, 0), random));
    }

    assertThat(pauses).hasSizeGreaterThan(90);
  }

  @Test
  void aRunHasItsOwnBudgetWhereItNamesOne() {
    assertThat(settings.budget(RetrySpec.getDefaultInstance())).isEqualTo(new RetryBudget(5, 50));
    assertThat(settings.budget(RetrySpec.newBuilder().setMaxFailures(1).build()))
        .isEqualTo(new RetryBudget(1, 50));
    assertThat(settings.budget(RetrySpec.newBuilder().setMaxInterruptions(2).build()))
        .isEqualTo(new RetryBudget(5, 2));
  }
}
