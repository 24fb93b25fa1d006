package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.launch.kubernetes.ObservedJob.Phase;
import dev.connectome.controller.run.AttemptEnd;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several pods of one Job, as a cluster shows them one after the other. */
class JobPodsTest {

  private static final JobKey KEY = new JobKey(new UUID(0, 1), 1);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final PodStatus RUNNING = TestCluster.running(NOW);
  private static final PodStatus DONE = TestCluster.terminated(0, "Completed", "");

  @Test
  void theyRunOnceAllOfThemDo() {
    assertThat(observe(pod(0, RUNNING), pod(1, RUNNING)).phase()).isEqualTo(Phase.RUNNING);

    ObservedJob one = observe(pod(0, RUNNING));
    assertThat(one.phase()).isEqualTo(Phase.WAITING);
    assertThat(one.reason()).isEqualTo(ObservedJob.NO_POD);

    ObservedJob unscheduled =
        observe(pod(0, RUNNING), pod(1, TestCluster.unschedulable("0/3 nodes are available")));
    assertThat(unscheduled.phase()).isEqualTo(Phase.WAITING);
    assertThat(unscheduled.message()).contains("0/3 nodes");

    ObservedJob blocked =
        observe(pod(0, RUNNING), pod(1, TestCluster.waiting("ErrImagePull", "no such image")));
    assertThat(blocked.phase()).isEqualTo(Phase.BLOCKED);
  }

  @Test
  void theFirstThatFailsSaysWhyTheyEndedAndNotTheOnesThatEndBecauseOfIt() {
    ObservedJob failed =
        observe(
            pod(0, at(TestCluster.terminated(143, "Error", ""), NOW.plusSeconds(5))),
            pod(1, at(TestCluster.terminated(137, "OOMKilled", ""), NOW)));

    assertThat(failed.phase()).isEqualTo(Phase.FINISHED);
    assertThat(failed.end().orElseThrow()).isInstanceOf(AttemptEnd.Gone.class);
    assertThat(failed.end().orElseThrow().toString()).contains("more memory");
    assertThat(failed.leaving()).isFalse();
  }

  @Test
  void aPodThatFailedEndsTheAttemptWhileTheOthersStillLeave() {
    ObservedJob failed =
        observe(leaving(pod(0, RUNNING)), pod(1, TestCluster.terminated(1, "Error", "")));

    assertThat(failed.phase()).isEqualTo(Phase.FINISHED);
    assertThat(failed.leaving()).isTrue();
    assertThat(failed.since()).contains(NOW);
  }

  @Test
  void aPodThatTheClusterTakesAwayIsAnInterruptionOfAll() {
    ObservedJob evicted =
        observe(pod(0, RUNNING), pod(1, TestCluster.disrupted(143, "EvictionByEvictionAPI")));

    assertThat(evicted.end().orElseThrow()).isInstanceOf(AttemptEnd.Interrupted.class);
    assertThat(evicted.leaving()).isTrue();
    assertThat(observe(pod(0, RUNNING), leaving(pod(1, RUNNING))).phase())
        .isEqualTo(Phase.TERMINATING);
  }

  @Test
  void theOneThatReportsEndsTheAttemptAndTheOthersMayEndBefore() {
    assertThat(observe(pod(0, RUNNING), pod(1, DONE)).phase()).isEqualTo(Phase.RUNNING);

    ObservedJob done = observe(pod(0, DONE), pod(1, RUNNING));
    assertThat(done.phase()).isEqualTo(Phase.FINISHED);
    assertThat(done.leaving()).isTrue();
  }

  @Test
  void aJobThatIsGoneIsNotOverWhileAPodOfItIsThere() {
    Optional<ObservedJob> gone =
        ObservedJob.withoutJob(KEY, List.of(pod(0, DONE), leaving(pod(1, RUNNING))));

    assertThat(gone.orElseThrow().leaving()).isTrue();
    assertThat(ObservedJob.withoutJob(KEY, List.of())).isEmpty();
  }

  private static ObservedJob observe(Pod... pods) {
    Job job =
        new JobBuilder()
            .withNewMetadata()
            .withName(KEY.jobName())
            .withCreationTimestamp(NOW.toString())
            .endMetadata()
            .withNewSpec()
            .withParallelism(2)
            .endSpec()
            .build();
    return ObservedJob.of(KEY, job, Stream.of(pods).toList(), Optional.empty());
  }

  private static Pod pod(int rank, PodStatus status) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(KEY.jobName() + "-" + rank + "-x")
        .addToAnnotations("batch.kubernetes.io/job-completion-index", Integer.toString(rank))
        .withCreationTimestamp(NOW.toString())
        .endMetadata()
        .withStatus(status)
        .build();
  }

  private static Pod leaving(Pod pod) {
    return new PodBuilder(pod)
        .editMetadata()
        .withDeletionTimestamp(NOW.toString())
        .endMetadata()
        .build();
  }

  private static PodStatus at(PodStatus status, Instant time) {
    return new PodStatusBuilder(status)
        .editFirstContainerStatus()
        .editState()
        .editTerminated()
        .withFinishedAt(time.toString())
        .endTerminated()
        .endState()
        .endContainerStatus()
        .build();
  }
}
