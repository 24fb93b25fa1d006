package dev.connectome.signature.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThreadReplacementsTest {

  private Instant now = Instant.EPOCH;

  @Test
  void aFaultThatPassesEndsNothing() {
    var replacements = new ThreadReplacements(1, () -> now);

    for (int failure = 0; failure < 100; failure++) {
      assertThat(replacements.admit()).isTrue();
      now = now.plus(Duration.ofMinutes(4));
    }
  }

  @Test
  void aFaultThatLastsIsGivenUp() {
    var replacements = new ThreadReplacements(1, () -> now);

    assertThat(IntStream.range(0, 5).mapToObj(failure -> replacements.admit()))
        .containsExactly(true, true, true, false, false);
  }

  @Test
  void allThreadsMayFailOfTheSamePassingFault() {
    var replacements = new ThreadReplacements(4, () -> now);

    assertThat(IntStream.range(0, 12).mapToObj(failure -> replacements.admit())).containsOnly(true);
    assertThat(replacements.admit()).isFalse();
  }
}
