package dev.connectome.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PollerTest {
  private static final Duration BRIEF = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofHours(1);

  private final Poller poller = new Poller();
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    poller.close();
  }

  @Test
  void runsTheActionAtTheEndEvenOfAShortTime() throws Exception {
    poller.repeat(BRIEF, NEVER, calls::incrementAndGet);

    assertThat(calls).hasValue(1);
  }

  @Test
  void anExceptionOfTheActionEndsTheWait() {
    assertThatThrownBy(
            () ->
                poller.repeat(
                    NEVER,
                    BRIEF,
                    () -> {
                      throw new IllegalStateException("refused");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("refused");
  }

  @Test
  void waitsUntilTheConditionHolds() throws Exception {
    assertThat(poller.await(NEVER, BRIEF, () -> calls.incrementAndGet() >= 3)).isTrue();
  }

  @Test
  void givesUpAtTheTimeout() throws Exception {
    assertThat(poller.await(BRIEF, BRIEF, () -> false)).isFalse();
  }
}
