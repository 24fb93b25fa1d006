package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StartLimitTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Instant now = Instant.EPOCH;
  private Duration used = Duration.ZERO;

  private final StartLimit limit = new StartLimit(LIMIT, () -> used, () -> now);

  @Test
  void aProcessThatRestsIsGivenUpAtTheLimit() {
    pass(60, 0);
    assertThat(limit.exceeded()).isFalse();

    pass(1, 0);

    assertThat(limit.exceeded()).isTrue();
  }

  @Test
  void aProcessThatGetsLittleProcessorTimeIsWaitedFor() {
    for (int seconds = 0; seconds < 300; seconds++) {
      pass(1, 20);
      assertThat(limit.exceeded()).isFalse();
    }
    assertThat(limit.slow()).isTrue();
  }

  @Test
  void aProcessThatStopsWorkingPastTheLimitIsGivenUp() {
    for (int seconds = 0; seconds < 100; seconds++) {
      pass(1, 50);
      assertThat(limit.exceeded()).isFalse();
    }

    pass(16, 2);

    assertThat(limit.exceeded()).isTrue();
  }

  @Test
  void aProcessThatWorksForEverIsGivenUpAtLast() {
    for (int seconds = 0; seconds < 600; seconds++) {
      pass(1, 500);
      assertThat(limit.exceeded()).isFalse();
    }

    pass(1, 500);

    assertThat(limit.exceeded()).isTrue();
  }

  @Test
  void aProcessWhoseChildrenEndIsAtWork() {
    used = Duration.ofSeconds(10);
    pass(50, 0);
    limit.exceeded();
    pass(11, -5_000);

    assertThat(limit.exceeded()).isFalse();
  }

  private void pass(long seconds, long usedMillis) {
    now = now.plusSeconds(seconds);
    used = used.plusMillis(usedMillis);
  }
}
