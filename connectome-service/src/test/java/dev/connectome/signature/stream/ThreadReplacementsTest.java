package dev.connectome.signature.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.connectome.signature.store.AttemptStateSerde;
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
      assertThat(replacements.admit(new IllegalStateException("full disk"))).isTrue();
      now = now.plus(Duration.ofMinutes(4));
    }
  }

  @Test
  void aFaultThatLastsIsGivenUp() {
    var replacements = new ThreadReplacements(1, () -> now);

    assertThat(
            IntStream.range(0, 5)
                .mapToObj(failure -> replacements.admit(new IllegalStateException("full disk"))))
        .containsExactly(true, true, true, false, false);
  }

  @Test
  void allThreadsMayFailOfTheSamePassingFault() {
    var replacements = new ThreadReplacements(4, () -> now);

    assertThat(
            IntStream.range(0, 12)
                .mapToObj(failure -> replacements.admit(new IllegalStateException("full disk"))))
        .containsOnly(true);
    assertThat(replacements.admit(new IllegalStateException("full disk"))).isFalse();
  }

  @Test
  void stateOfALaterVersionIsGivenUpAtOnceWithASentence() {
    var replacements = new ThreadReplacements(4, () -> now);
    byte[] stored = {99};
    Throwable later =
        catchThrowable(() -> new AttemptStateSerde().deserializer().deserialize("runs", stored));

    assertThat(replacements.admit(new IllegalStateException("in a task", later))).isFalse();
    assertThat(replacements.lastCause())
        .startsWith("the state of a run is stored in format 99, and this version reads up to ")
        .endsWith("start the version that wrote it, or a later one");
  }
}
