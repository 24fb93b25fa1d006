package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.run.AttemptEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PredecessorTest {

  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @ParameterizedTest
  @EnumSource(value = Phase.class, mode = EnumSource.Mode.EXCLUDE, names = "FINISHED")
  void aTrainerThatMayStillBeThereIsWaitedFor(Phase phase) {
    assertThat(judge(job(phase, Optional.of(NOW), Optional.empty())))
        .isInstanceOf(Predecessor.Leaving.class);
  }

  @Test
  void oneThatHasGoneOrWhoseNodeIsLostIsNot() {
    Instant longAgo = NOW.minus(Duration.ofHours(1));
    AttemptEnd gone = new AttemptEnd.Gone("gone");

    assertThat(Predecessor.of(Optional.empty(), NOW)).isInstanceOf(Predecessor.Ended.class);
    assertThat(judge(job(Phase.FINISHED, Optional.empty(), Optional.of(gone))))
        .isInstanceOf(Predecessor.Ended.class);
    assertThat(judge(job(Phase.TERMINATING, Optional.of(longAgo), Optional.empty())))
        .isInstanceOf(Predecessor.Ended.class);
    assertThat(judge(job(Phase.DELETING, Optional.empty(), Optional.empty())))
        .isInstanceOf(Predecessor.Ended.class);
  }

  @Test
  void ofSeveralPodsTheLastIsWaitedFor() {
    AttemptEnd gone = new AttemptEnd.Gone("gone");

    assertThat(judge(ended(Optional.of(NOW), gone))).isInstanceOf(Predecessor.Leaving.class);
    assertThat(judge(ended(Optional.empty(), gone))).isInstanceOf(Predecessor.Leaving.class);
    assertThat(judge(ended(Optional.of(NOW.minus(Duration.ofHours(1))), gone)))
        .isInstanceOf(Predecessor.Ended.class);
  }

  private static ObservedJob ended(Optional<Instant> leavingSince, AttemptEnd end) {
    return new ObservedJob(
        new JobKey(new UUID(0, 1), 1),
        Phase.FINISHED,
        "",
        "",
        leavingSince,
        Optional.of(end),
        Optional.empty(),
        false,
        true);
  }

  @Test
  void aDeadlineThatHasPassedIsTheEnd() {
    assertThat(judge(job(Phase.FINISHED, Optional.empty(), Optional.of(ObservedJob.DEADLINE))))
        .isEqualTo(new Predecessor.Final(ObservedJob.DEADLINE));
  }

  private static Predecessor judge(ObservedJob job) {
    return Predecessor.of(Optional.of(job), NOW);
  }

  private static ObservedJob job(Phase phase, Optional<Instant> since, Optional<AttemptEnd> end) {
    return new ObservedJob(
        new JobKey(new UUID(0, 1), 1), phase, "", "", since, end, Optional.empty(), false, false);
  }
}
