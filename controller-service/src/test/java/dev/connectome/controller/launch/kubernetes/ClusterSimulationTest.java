package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.FakeKubelet;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster in which much happens at once, and what has to hold whatever happens. */
class ClusterSimulationTest {

  private static final Set<RunState> ENDS =
      Set.of(RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_COMPLETED, RunState.RUN_STATE_FAILED);

  private final DataSource database = TestDatabase.create();
  private final TestCluster cluster = new TestCluster();
  private final Map<String, String> settings =
      new HashMap<>(
          Map.of(
              "connectome.launch.kubernetes.namespace", TestCluster.NAMESPACE,
              "connectome.launch.kubernetes.keep-finished", "0s",
              "connectome.launch.kubernetes.requests-per-second", "200",
              "connectome.stop-grace", "2s"));
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.start(database, settings, cluster.client());
  }

  @AfterEach
  void stop() {
    controller.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whateverHappensEachRunHasOneLiveJobAtMostAndNoneOnceItHasEnded(long seed) throws Exception {
    var random = new Random(seed);
    try (var kubelet = new FakeKubelet(cluster, () -> controller.channel(), random)) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        names.add(create("run-" + i).getName());
      }
      for (int step = 0; step < 60; step++) {
        kubelet.step();
        disturb(random, names, kubelet, step);
        assertOneLiveJobARun();
      }
      kubelet.behave();
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(
              () -> {
                kubelet.step();
                assertOneLiveJobARun();
                assertThat(runs()).allMatch(run -> ENDS.contains(run.getState()));
                assertThat(cluster.jobs()).isEmpty();
              });
    }
    assertThat(runs().stream().filter(run -> run.getState() != RunState.RUN_STATE_FAILED))
        .isNotEmpty();
    assertThat(cluster.deletions())
        .isNotEmpty()
        .allSatisfy((job, times) -> assertThat(times).as(job).isOne());
  }

  private void disturb(Random random, List<String> names, FakeKubelet kubelet, int step)
      throws Exception {
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(8)) {
      case 0 -> stopRun(name);
      case 1 -> {
        if (random.nextInt(4) == 0) {
          deleteRun(name);
        }
      }
      case 2 -> kubelet.evictOne();
      case 3 -> kubelet.killOne();
      case 4 -> kubelet.deleteOneJob();
      default -> {
        // A quiet moment.
      }
    }
    if (step == 20) {
      controller.close();
      controller = ControllerUnderTest.start(database, settings, cluster.client());
    }
    if (step == 40) {
      // A real API server sends a watch that comes back what it has missed; this one cannot. So the
      // controller that it went away from is not the one that finds it again.
      cluster.goAway();
      controller.close();
      cluster.comeBack();
      controller = ControllerUnderTest.start(database, settings, cluster.client());
    }
  }

  private void assertOneLiveJobARun() {
    Map<String, Long> live =
        cluster.jobs().stream()
            .filter(job -> !FakeKubelet.hasEnded(job))
            .collect(Collectors.groupingBy(ClusterSimulationTest::runUid, Collectors.counting()));
    assertThat(live).allSatisfy((uid, count) -> assertThat(count).isOne());
  }

  private static String runUid(Job job) {
    return job.getMetadata().getLabels().get(JobKey.RUN_UID);
  }

  private List<TrainingRun> runs() {
    return controller
        .runs()
        .listTrainingRuns(ListTrainingRunsRequest.newBuilder().setPageSize(1000).build())
        .getTrainingRunsList();
  }

  private TrainingRun create(String runId) {
    return controller
        .runs()
        .createTrainingRun(CreateTrainingRunRequest.newBuilder().setTrainingRunId(runId).build());
  }

  private void stopRun(String name) {
    try {
      var unused =
          controller
              .runs()
              .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName(name).build());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.NOT_FOUND);
    }
  }

  private void deleteRun(String name) {
    try {
      var unused =
          controller
              .runs()
              .deleteTrainingRun(
                  DeleteTrainingRunRequest.newBuilder().setName(name).setForce(true).build());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.NOT_FOUND);
    }
  }
}
