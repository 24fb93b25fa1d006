package dev.connectome.signature.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");

  private final Retention retention =
      new Retention(Duration.ofHours(6), Duration.ofDays(7), Duration.ofMinutes(1));

  @Test
  void aRunWithAConnectomeIsSilentAfterSixHours() {
    AttemptState state = AttemptState.begin(1, SEEN).withSigned(new SignedSnapshot(1, 2, 0));

    assertThat(retention.isSilent(state, SEEN.plus(Duration.ofHours(6)).minusMillis(1))).isFalse();
    assertThat(retention.isSilent(state, SEEN.plus(Duration.ofHours(6)))).isTrue();
    assertThat(retention.canBeDeleted(state, SEEN.plus(Duration.ofDays(8)))).isFalse();
  }

  @Test
  void aRunWithoutDataIsDeletedAfterSevenDays() {
    AttemptState state = AttemptState.begin(1, SEEN);

    assertThat(retention.isSilent(state, SEEN.plus(Duration.ofDays(8)))).isFalse();
    assertThat(retention.canBeDeleted(state, SEEN.plus(Duration.ofHours(7)))).isFalse();
    assertThat(retention.canBeDeleted(state, SEEN.plus(Duration.ofDays(7)))).isTrue();
  }

  @Test
  void keepingRecordedEpochsForLessTimeThanDataIsRefused() {
    assertThatThrownBy(
            () -> new Retention(Duration.ofHours(6), Duration.ofHours(5), Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT5H");
  }
}
