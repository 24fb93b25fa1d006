package dev.connectome.signature.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");

  private final Retention retention =
      new Retention(Duration.ofHours(6), Duration.ofDays(7), Duration.ofMinutes(1));

  @Test
  void anOpenSnapshotIsClosedAfterSixHoursAndConnectomesAreKeptForSevenDays() {
    AttemptState open = AttemptState.begin(1, SEEN).withOpen(snapshot());
    assertThat(retention.isSilent(open, SEEN, SEEN.plus(Duration.ofHours(6)).minusMillis(1)))
        .isFalse();
    assertThat(retention.isSilent(open, SEEN, SEEN.plus(Duration.ofHours(6)))).isTrue();
    assertThat(retention.canBeDeleted(open, SEEN, SEEN.plus(Duration.ofDays(8)))).isFalse();

    AttemptState signed = AttemptState.begin(1, SEEN).withSigned(new SignedSnapshot(1, 2, 0));
    assertThat(retention.isSilent(signed, SEEN, SEEN.plus(Duration.ofDays(8)))).isFalse();
    assertThat(retention.canBeDeleted(signed, SEEN, SEEN.plus(Duration.ofDays(7)).minusMillis(1)))
        .isFalse();
    assertThat(retention.canBeDeleted(signed, SEEN, SEEN.plus(Duration.ofDays(7)))).isTrue();
  }

  @Test
  void anOutageIsNoSilenceOfTheRuns() {
    AttemptState open = AttemptState.begin(1, SEEN).withOpen(snapshot());
    Instant back = SEEN.plus(Duration.ofHours(30));

    assertThat(retention.isSilent(open, back, back.plus(Duration.ofMinutes(1)))).isFalse();
    assertThat(retention.isSilent(open, back, back.plus(Duration.ofHours(1)).minusMillis(1)))
        .isFalse();
    assertThat(retention.isSilent(open, back, back.plus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void aServiceThatIsStoppedEveryDayDeletesWhatIsOldAllTheSame() {
    AttemptState signed = AttemptState.begin(1, SEEN).withSigned(new SignedSnapshot(1, 2, 0));
    for (int day = 1; day < 7; day++) {
      Instant morning = SEEN.plus(Duration.ofDays(day));
      assertThat(retention.canBeDeleted(signed, morning, morning.plus(Duration.ofHours(9))))
          .isFalse();
    }
    Instant last = SEEN.plus(Duration.ofDays(7));
    assertThat(retention.canBeDeleted(signed, last, last.plus(Duration.ofMinutes(59)))).isFalse();
    assertThat(retention.canBeDeleted(signed, last, last.plus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void aRecordThatIsReadAnHourAfterItsPublicationBelongsToABacklog() {
    Instant now = SEEN.plus(Duration.ofHours(1));

    assertThat(Retention.isBacklog(SEEN, now)).isFalse();
    assertThat(Retention.isBacklog(SEEN, now.plusMillis(1))).isTrue();
    assertThat(Retention.isBacklog(now.plusSeconds(5), now)).isFalse();
  }

  @Test
  void theTimeToCatchUpIsNoLongerThanWhatIsKept() {
    var brief = new Retention(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(1));
    AttemptState open = AttemptState.begin(1, SEEN).withOpen(snapshot());
    AttemptState signed = AttemptState.begin(1, SEEN).withSigned(new SignedSnapshot(1, 2, 0));

    assertThat(brief.isSilent(open, SEEN, SEEN.plusSeconds(2))).isTrue();
    assertThat(brief.canBeDeleted(signed, SEEN, SEEN.plusSeconds(5))).isTrue();
  }

  private static OpenSnapshot snapshot() {
    return new OpenSnapshot(
        1, new SnapshotShape(2, 2, 2), List.of(), OptionalInt.empty(), SnapshotMetadata.NONE, SEEN);
  }

  @Test
  void keepingRecordedEpochsForLessTimeThanDataIsRefused() {
    assertThatThrownBy(
            () -> new Retention(Duration.ofHours(6), Duration.ofHours(5), Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT5H");
  }
}
