package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.launch.kubernetes.Reconciliation.Action;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.AttemptTable.OnCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReconciliationTest {

  private static final JobKey KEY = new JobKey(new UUID(0, 1), 2);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration START = Duration.ofMinutes(10);
  private static final Duration KEEP = Duration.ofMinutes(15);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);

  @ParameterizedTest
  @EnumSource(Phase.class)
  void theJobOfADeletedRunIsDeletedOnce(Phase phase) {
    Action action =
        Reconciliation.decide(Optional.empty(), true, job(phase, SHORT), START, KEEP, NOW);

    if (phase == Phase.DELETING) {
      assertThat(action).isInstanceOf(Action.Nothing.class);
    } else {
      assertThat(action).isInstanceOf(Action.Delete.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void theJobOfARunThatIsMerelyNotHereIsLeftAlone(Phase phase) {
    assertThat(decide(Optional.empty(), job(phase, LONG))).isInstanceOf(Action.Nothing.class);
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void whatIsNotWantedIsDeletedInEveryPhaseAndItsEndRecorded(Phase phase) {
    Class<? extends Action> expected =
        switch (phase) {
          case DELETING -> Action.Nothing.class;
          case FINISHED -> Action.End.class;
          default -> Action.Delete.class;
        };
    for (boolean registered : List.of(true, false)) {
      assertThat(decide(unwanted(registered), job(phase, LONG))).isInstanceOf(expected);
    }
  }

  @Test
  void podsThatGoOnAfterTheirAttemptHasEndedLoseTheirJob() {
    Optional<ObservedJob> leaving =
        job(Phase.FINISHED, SHORT)
            .map(
                job ->
                    new ObservedJob(
                        KEY,
                        Phase.FINISHED,
                        "",
                        "",
                        job.since(),
                        job.end(),
                        job.outcome(),
                        false,
                        true));

    assertThat(decide(ended(SHORT), leaving)).isInstanceOf(Action.Nothing.class);
    assertThat(decide(ended(Reconciliation.EXIT_GRACE), leaving)).isInstanceOf(Action.Delete.class);
  }

  @Test
  void whatIsNotWantedIsNeverCreated() {
    assertThat(decide(unwanted(false), Optional.empty())).isInstanceOf(Action.EndIfGone.class);
    assertThat(decide(unwanted(true), Optional.empty())).isInstanceOf(Action.EndIfGone.class);
    assertThat(decide(ended(LONG), Optional.empty())).isInstanceOf(Action.Nothing.class);
  }

  @Test
  void anAttemptThatHasNoJobGetsOneUnlessItIsJustBeingCreated() {
    assertThat(decide(open(false, LONG), Optional.empty())).isInstanceOf(Action.Create.class);
    assertThat(decide(open(false, SHORT), Optional.empty())).isInstanceOf(Action.Nothing.class);
  }

  @Test
  void aTrainerThatWasThereAndWhoseJobIsGoneIsLookedForBeforeItIsGivenUp() {
    assertThat(decide(open(true, LONG), Optional.empty())).isInstanceOf(Action.EndIfGone.class);
  }

  @Test
  void aQueuedJobWaitsHoweverLongItTakes() {
    assertThat(decide(open(false, LONG), job(Phase.SUSPENDED, LONG)))
        .isInstanceOf(Action.RecordWaiting.class);
  }

  @Test
  void aJobThatItsQueueTakesBackIsAnInterruptionAndNoFailure() {
    assertThat(decide(open(true, LONG), job(Phase.SUSPENDED, LONG)))
        .isInstanceOfSatisfying(
            Action.End.class,
            end -> assertThat(end.end()).isInstanceOf(AttemptEnd.Interrupted.class));
  }

  @Test
  void anImageThatCannotBePulledIsToldFirstAndFailsTheRunInTheEnd() {
    assertThat(decide(open(false, LONG), job(Phase.BLOCKED, SHORT)))
        .isInstanceOf(Action.RecordWaiting.class);
    assertThat(decide(open(false, LONG), job(Phase.BLOCKED, LONG)))
        .isInstanceOfSatisfying(
            Action.End.class,
            end ->
                assertThat(end.end())
                    .isInstanceOfSatisfying(
                        AttemptEnd.Failed.class,
                        failed -> assertThat(failed.permanent()).isTrue()));
  }

  @Test
  void aTrainerThatRunsAndNeverRegistersHasFailed() {
    assertThat(decide(open(false, LONG), job(Phase.RUNNING, SHORT)))
        .isInstanceOf(Action.Nothing.class);
    assertThat(decide(open(false, LONG), job(Phase.RUNNING, LONG))).isInstanceOf(Action.End.class);
    assertThat(decide(open(true, LONG), job(Phase.RUNNING, LONG)))
        .isInstanceOf(Action.Nothing.class);
  }

  @Test
  void aPodThatDoesNotGoWhenItShouldIsOnALostNode() {
    assertThat(decide(open(true, LONG), job(Phase.TERMINATING, SHORT)))
        .isInstanceOf(Action.Nothing.class);
    assertThat(decide(open(true, LONG), job(Phase.TERMINATING, LONG)))
        .isInstanceOf(Action.End.class);
  }

  @Test
  void aTrainerWhoseAttemptIsOverHasAMomentToEndByItself() {
    assertThat(decide(ended(SHORT), job(Phase.RUNNING, LONG))).isInstanceOf(Action.Nothing.class);
    assertThat(decide(ended(LONG), job(Phase.RUNNING, LONG))).isInstanceOf(Action.Delete.class);
  }

  @Test
  void aFinishedJobIsKeptForItsLogAndThenDeleted() {
    assertThat(decide(ended(SHORT), job(Phase.FINISHED, LONG))).isInstanceOf(Action.Nothing.class);
    assertThat(decide(ended(LONG), job(Phase.FINISHED, LONG))).isInstanceOf(Action.Delete.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"SUSPENDED", "WAITING", "BLOCKED"})
  void aJobThatHasNotBegunAndIsNoLongerWantedIsDeletedAtOnce(Phase phase) {
    assertThat(decide(ended(SHORT), job(phase, SHORT))).isInstanceOf(Action.Delete.class);
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void aJobThatIsBeingDeletedIsNotDeletedAgain(Phase phase) {
    ObservedJob job = job(phase, LONG).orElseThrow();
    var deleted =
        new ObservedJob(
            KEY, phase, job.reason(), "", job.since(), job.end(), job.outcome(), true, false);

    assertThat(decide(ended(LONG), Optional.of(deleted))).isInstanceOf(Action.Nothing.class);
    assertThat(
            Reconciliation.decide(Optional.empty(), true, Optional.of(deleted), START, KEEP, NOW))
        .isInstanceOf(Action.Nothing.class);
  }

  @Test
  void aTrainerThatEndsBecauseItsJobWasDeletedWasInterrupted() {
    ObservedJob job = job(Phase.FINISHED, LONG).orElseThrow();
    var deleted =
        new ObservedJob(
            KEY, Phase.FINISHED, "", "", job.since(), job.end(), job.outcome(), true, false);

    assertInterrupted(decide(open(true, LONG), Optional.of(deleted)));
    assertThat(decide(open(true, LONG), Optional.empty()))
        .isInstanceOfSatisfying(
            Action.EndIfGone.class,
            gone -> assertThat(gone.end()).isInstanceOf(AttemptEnd.Interrupted.class));
  }

  @Test
  void aPodWithoutAJobThatDoesNotGoIsOnALostNode() {
    assertThat(decide(open(true, LONG), job(Phase.DELETING, SHORT)))
        .isInstanceOf(Action.Nothing.class);
    assertInterrupted(decide(open(true, LONG), job(Phase.DELETING, LONG)));
  }

  @Test
  void aJobWithoutAPodIsToldOnceTheClusterHadTimeForIt() {
    assertThat(decide(open(false, LONG), withoutPod(SHORT))).isInstanceOf(Action.Nothing.class);
    assertThat(decide(open(false, LONG), withoutPod(LONG)))
        .isInstanceOf(Action.RecordWaiting.class);
  }

  private static Optional<ObservedJob> withoutPod(Duration ago) {
    return job(Phase.WAITING, ago)
        .map(
            job ->
                new ObservedJob(
                    KEY,
                    Phase.WAITING,
                    ObservedJob.NO_POD,
                    "no pod",
                    job.since(),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    false));
  }

  private static void assertInterrupted(Action action) {
    assertThat(action)
        .isInstanceOfSatisfying(
            Action.End.class,
            end -> assertThat(end.end()).isInstanceOf(AttemptEnd.Interrupted.class));
  }

  private static Action decide(Optional<OnCluster> attempt, Optional<ObservedJob> job) {
    return Reconciliation.decide(attempt, false, job, START, KEEP, NOW);
  }

  private static Optional<OnCluster> open(boolean registered, Duration sinceLaunch) {
    return attempt(Wanted.RUN, true, registered, sinceLaunch, Duration.ZERO);
  }

  private static Optional<OnCluster> unwanted(boolean registered) {
    return attempt(Wanted.GONE, true, registered, LONG, Duration.ZERO);
  }

  private static Optional<OnCluster> ended(Duration sinceEnd) {
    return attempt(Wanted.GONE, false, true, LONG, sinceEnd);
  }

  private static Optional<OnCluster> attempt(
      Wanted wanted, boolean open, boolean registered, Duration sinceLaunch, Duration sinceEnd) {
    return Optional.of(
        new OnCluster(
            KEY.runUid(),
            KEY.attempt(),
            Optional.empty(),
            wanted,
            open,
            registered,
            sinceLaunch,
            sinceEnd));
  }

  private static Optional<ObservedJob> job(Phase phase, Duration ago) {
    return Optional.of(
        new ObservedJob(
            KEY,
            phase,
            "REASON",
            "for people",
            Optional.of(NOW.minus(ago)),
            phase == Phase.FINISHED ? Optional.of(new AttemptEnd.Gone("gone")) : Optional.empty(),
            Optional.empty(),
            phase == Phase.DELETING,
            false));
  }
}
