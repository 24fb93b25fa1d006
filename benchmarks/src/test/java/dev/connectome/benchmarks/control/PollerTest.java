package dev.connectome.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PollerTest {
  private static final Duration SOON = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofHours(1);

  private final Poller pace = new Poller();
  private final AtomicInteger looks = new AtomicInteger();

  @AfterEach
  void close() {
    pace.close();
  }

  @Test
  void looksAtTheEndOfATimeHoweverShort() throws Exception {
    pace.pass(SOON, NEVER, looks::incrementAndGet);

    assertThat(looks).hasValue(1);
  }

  @Test
  void whatALookFindsWrongEndsTheWait() {
    assertThatThrownBy(
            () ->
                pace.pass(
                    NEVER,
                    SOON,
                    () -> {
                      throw new IllegalStateException("refused");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("refused");
  }

  @Test
  void waitsNoLongerThanUntilItHolds() throws Exception {
    assertThat(pace.await(NEVER, SOON, () -> looks.incrementAndGet() >= 3)).isTrue();
  }

  @Test
  void givesUpWhenPatienceEnds() throws Exception {
    assertThat(pace.await(SOON, SOON, () -> false)).isFalse();
  }
}
