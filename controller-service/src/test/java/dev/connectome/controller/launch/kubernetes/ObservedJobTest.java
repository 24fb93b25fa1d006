package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects as clusters have them, and what is made of them. */
class ObservedJobTest {

  private static final JobKey KEY = new JobKey(new UUID(0, 1), 2);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @Test
  void whatTheTrainerSaidCountsWhateverItsExitCode() {
    ObservedJob observed =
        observe(
            TestCluster.terminated(
                143,
                "Error",
                "{\"outcome\":{\"end\":\"TRAINING_END_STOPPED\",\"finalEpoch\":7,\"from\":\"the"
                    + " future\"}}"));

    assertThat(observed.phase()).isEqualTo(Phase.FINISHED);
    assertThat(observed.end()).contains(new AttemptEnd.Stopped());
    assertThat(observed.outcome().map(TrainingOutcome::getEnd))
        .contains(TrainingEnd.TRAINING_END_STOPPED);
  }

  @ParameterizedTest
  @CsvSource({
    "137, OOMKilled, Gone, more memory",
    "143, Error,     Interrupted, told to terminate",
    "130, Error,     Interrupted, told to terminate",
    "2,   Error,     Failed, refused its settings",
    "1,   Error,     Gone, exited with code 1; the last line of its log is: last words",
    "0,   Completed, Gone, exited with code 0"
  })
  void anEndWithoutAWordIsJudgedByExitCodeAndReason(
      int code, String reason, String end, String words) {
    ObservedJob observed = observe(TestCluster.terminated(code, reason, "first\nlast words\n"));

    assertThat(observed.end().orElseThrow().getClass().getSimpleName()).isEqualTo(end);
    assertThat(observed.end().orElseThrow().toString()).contains(words);
  }

  @ParameterizedTest
  @CsvSource({
    "EvictionByEvictionAPI, Interrupted",
    "PreemptionByScheduler, Interrupted",
    "DeletionByTaintManager, Interrupted",
    "TerminationByKubelet, Gone"
  })
  void whatTheClusterDidIsAnInterruptionUnlessTheNodeRanShort(String reason, String end) {
    ObservedJob observed = observe(TestCluster.disrupted(137, reason));

    assertThat(observed.end().orElseThrow().getClass().getSimpleName()).isEqualTo(end);
  }

  @Test
  void aPodThatWasEvictedBeforeItsContainerStartedIsAnInterruption() {
    ObservedJob observed =
        observe(
            new PodStatusBuilder()
                .withPhase("Failed")
                .withReason("Evicted")
                .withMessage("the node was drained")
                .build());

    assertThat(observed.end())
        .contains(new AttemptEnd.Interrupted("Evicted: the node was drained"));
  }

  /** From 1.31 a Job is FailureTarget while its trainer writes its checkpoint, and Failed later. */
  @ParameterizedTest
  @ValueSource(strings = {"FailureTarget", "Failed"})
  void aDeadlineThatHasPassedIsNoInterruption(String condition) {
    Job late = with(condition, "DeadlineExceeded");

    ObservedJob observed =
        ObservedJob.of(
            KEY, late, List.of(pod(TestCluster.terminated(143, "Error", ""))), Optional.empty());

    assertThat(observed.end().orElseThrow())
        .isInstanceOfSatisfying(
            AttemptEnd.Failed.class, failed -> assertThat(failed.permanent()).isTrue());
  }

  @Test
  void aJobThatHasFailedBeforeItsPodHasGoneIsNotOver() {
    Pod leaving = pod(TestCluster.running(NOW));
    leaving.getMetadata().setDeletionTimestamp(NOW.plusSeconds(120).toString());

    ObservedJob observed =
        ObservedJob.of(
            KEY, with("Failed", "BackoffLimitExceeded"), List.of(leaving), Optional.empty());

    assertThat(observed.phase()).isEqualTo(Phase.TERMINATING);
  }

  /** The watch of pods may be behind that of Jobs. */
  @ParameterizedTest
  @ValueSource(strings = {"Failed", "Complete"})
  void aJobIsNotOverWhileThePodThatWasLastSeenRuns(String condition) {
    ObservedJob observed =
        ObservedJob.of(
            KEY,
            with(condition, "BackoffLimitExceeded"),
            List.of(pod(TestCluster.running(NOW))),
            Optional.empty());

    assertThat(observed.phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void aJobThatIsBeingDeletedHasEndedWithItsTrainer() {
    Job deleted = job();
    deleted.getMetadata().setDeletionTimestamp(NOW.toString());

    ObservedJob observed =
        ObservedJob.of(
            KEY, deleted, List.of(pod(TestCluster.terminated(143, "Error", ""))), Optional.empty());

    assertThat(observed.phase()).isEqualTo(Phase.FINISHED);
    assertThat(observed.deleted()).isTrue();
  }

  @Test
  void whatIsLeftOfADeletedJobIsItsPod() {
    Pod leaving = pod(TestCluster.running(NOW));
    leaving.getMetadata().setDeletionTimestamp(NOW.plusSeconds(120).toString());

    assertThat(ObservedJob.withoutJob(KEY, List.of())).isEmpty();
    assertThat(ObservedJob.withoutJob(KEY, List.of(leaving)))
        .hasValueSatisfying(
            left -> {
              assertThat(left.phase()).isEqualTo(Phase.DELETING);
              assertThat(left.since()).contains(NOW.plusSeconds(120));
            });
    assertThat(ObservedJob.withoutJob(KEY, List.of(pod(TestCluster.terminated(143, "Error", "")))))
        .hasValueSatisfying(
            left ->
                assertThat(left.end().orElseThrow()).isInstanceOf(AttemptEnd.Interrupted.class));
  }

  @Test
  void anImageIsWaitedForFromTheMomentInWhichThePodHasItsNode() {
    PodStatus scheduled =
        new PodStatusBuilder(TestCluster.waiting("ErrImagePull", "no such tag"))
            .withConditions(
                new PodConditionBuilder()
                    .withType("PodScheduled")
                    .withStatus("True")
                    .withLastTransitionTime(NOW.plusSeconds(3600).toString())
                    .build())
            .build();

    assertThat(observe(scheduled).since()).contains(NOW.plusSeconds(3600));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pods "connectome-0-1-abcde" is forbidden: exceeded quota: gpus, requested: 1 | WAITING
          no PriorityClass with name nosuchclass was found                             | BLOCKED
          """)
  void whyAJobHasNoPodIsSaidByItsEvents(String words, Phase phase) {
    ObservedJob observed = ObservedJob.of(KEY, job(), List.of(), trouble("FailedCreate", words));

    assertThat(observed.phase()).isEqualTo(phase);
    assertThat(observed.reason()).isEqualTo("FAILED_CREATE");
    assertThat(observed.message())
        .contains(words.substring(words.length() - 20))
        .doesNotContain("abcde");
  }

  @Test
  void whatCannotBeMountedIsSaidByThePodsEvents() {
    ObservedJob observed =
        ObservedJob.of(
            KEY,
            job(),
            List.of(pod(TestCluster.waiting("ContainerCreating", ""))),
            trouble("FailedMount", "secret \"connectome-kafka-trainer\" not found"));

    assertThat(observed.phase()).isEqualTo(Phase.BLOCKED);
    assertThat(observed.message()).contains("FailedMount", "connectome-kafka-trainer");
  }

  @Test
  void aJobWithoutAPodAndWithoutAReasonSaysWhereToLook() {
    ObservedJob observed = ObservedJob.of(KEY, job(), List.of(), Optional.empty());

    assertThat(observed.reason()).isEqualTo(ObservedJob.NO_POD);
    assertThat(observed.message()).contains("kubectl describe job " + KEY.jobName());
  }

  private static Optional<PodTrouble> trouble(String reason, String message) {
    return PodTrouble.of(
        List.of(
            new EventBuilder()
                .withType("Warning")
                .withReason(reason)
                .withMessage(message)
                .withLastTimestamp(NOW.toString())
                .build()));
  }

  private static Job with(String condition, String reason) {
    return new JobBuilder(job())
        .withNewStatus()
        .addNewCondition()
        .withType(condition)
        .withStatus("True")
        .withReason(reason)
        .endCondition()
        .endStatus()
        .build();
  }

  @Test
  void whatHoldsAPodUpIsSaid() {
    ObservedJob image = observe(TestCluster.waiting("ImagePullBackOff", "no such tag"));
    ObservedJob node = observe(TestCluster.unschedulable("0/3 nodes are available"));
    ObservedJob starting = observe(TestCluster.waiting("ContainerCreating", ""));

    assertThat(image.phase()).isEqualTo(Phase.BLOCKED);
    assertThat(image.reason()).isEqualTo("IMAGE_PULL_BACK_OFF");
    assertThat(image.message()).contains("no such tag");
    assertThat(node.phase()).isEqualTo(Phase.WAITING);
    assertThat(node.reason()).isEqualTo("UNSCHEDULABLE");
    assertThat(node.message()).contains("0/3 nodes are available");
    assertThat(starting.phase()).isEqualTo(Phase.WAITING);
    assertThat(starting.message()).isEmpty();
  }

  @Test
  void theNewestPodCounts() {
    Pod old = pod(TestCluster.terminated(1, "Error", ""));
    old.getMetadata().setCreationTimestamp(NOW.minusSeconds(60).toString());

    ObservedJob observed =
        ObservedJob.of(KEY, job(), List.of(pod(TestCluster.running(NOW)), old), Optional.empty());

    assertThat(observed.phase()).isEqualTo(Phase.RUNNING);
    assertThat(observed.since()).contains(NOW);
  }

  @Test
  void aSuspendedJobNamesItsQueue() {
    Job queued =
        new JobBuilder(job())
            .editMetadata()
            .addToLabels(Map.of("kueue.x-k8s.io/queue-name", "team-a"))
            .endMetadata()
            .editSpec()
            .withSuspend(true)
            .endSpec()
            .build();

    ObservedJob observed = ObservedJob.of(KEY, queued, List.of(), Optional.empty());

    assertThat(observed.phase()).isEqualTo(Phase.SUSPENDED);
    assertThat(observed.message()).contains("team-a");
  }

  private static ObservedJob observe(PodStatus status) {
    return ObservedJob.of(KEY, job(), List.of(pod(status)), Optional.empty());
  }

  private static Job job() {
    return new JobBuilder()
        .withNewMetadata()
        .withName(KEY.jobName())
        .withLabels(
            Map.of(
                JobKey.RUN_UID, KEY.runUid().toString(),
                JobKey.ATTEMPT, Integer.toString(KEY.attempt())))
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  private static Pod pod(PodStatus status) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("pod-" + status.getPhase())
        .withCreationTimestamp(NOW.toString())
        .endMetadata()
        .withStatus(status)
        .build();
  }
}
