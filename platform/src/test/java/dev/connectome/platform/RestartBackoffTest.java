package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {

  private final RestartBackoff backoff = new RestartBackoff();

  @Test
  void theDelayIsDoubledUpToHalfAMinute() {
    assertThat(Stream.generate(() -> backoff.nextDelay(Duration.ofSeconds(1))).limit(9))
        .extracting(Duration::toMillis)
        .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L);
  }

  @Test
  void theDelayIsResetOnceTheServiceHasRunForAMinute() {
    backoff.nextDelay(Duration.ofSeconds(1));
    backoff.nextDelay(Duration.ofSeconds(59));

    assertThat(backoff.nextDelay(Duration.ofSeconds(60))).hasMillis(500);
  }
}
