package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.FakeKubelet;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What many runs cost the API server, from their creation until their Jobs are gone. How many is
 * {@code -Dscale.runs}; the figures are in target/cluster-scale.txt.
 */
@Isolated("It counts requests, which the launcher repeats where answers are slow.")
class ClusterScaleTest {

  private static final Path REPORT = Path.of("target", "cluster-scale.txt");
  private static final List<String> CHANGES = List.of("POST", "PUT", "PATCH", "DELETE");
  private static final int RUNS = Integer.getInteger("scale.runs", 200);
  private static final int LIVE = Math.min(RUNS, 1_000);

  @Test
  void manyRunsCostFewRequestsEachAndIdleOnesNone() throws Exception {
    var settings =
        Map.of(
            "connectome.launch.kubernetes.namespace",
            TestCluster.NAMESPACE,
            "connectome.launch.kubernetes.max-concurrent-runs",
            Integer.toString(LIVE),
            "connectome.launch.kubernetes.keep-finished",
            "1s",
            "connectome.launch.kubernetes.requests-per-second",
            "50");
    try (var cluster = new TestCluster();
        var controller =
            ControllerUnderTest.start(TestDatabase.create(), settings, cluster.client())) {
      Instant begin = Instant.now();
      for (int i = 0; i < RUNS; i++) {
        var unused =
            controller
                .runs()
                .createTrainingRun(
                    CreateTrainingRunRequest.newBuilder().setTrainingRunId("run-" + i).build());
      }
      Duration submitted = Duration.between(begin, Instant.now());
      patiently().until(() -> cluster.requests("POST") >= LIVE);
      Duration created = Duration.between(begin, Instant.now());
      patiently().until(() -> cluster.jobs().size() == LIVE);

      assertThat(cluster.requests("POST")).isEqualTo(LIVE);
      Map<String, Integer> before = changes(cluster);
      int all = cluster.requestsOfControllers();
      // Longer than the launcher takes from one look at everything to the next.
      await()
          .during(Duration.ofSeconds(12))
          .atMost(Duration.ofSeconds(30))
          .until(() -> changes(cluster).equals(before) && cluster.requestsOfControllers() == all);
      trainAll(cluster, controller);
      double each = (double) cluster.requestsOfControllers() / RUNS;
      Files.writeString(
          REPORT,
          "%d runs submitted in %.1f s, %d Jobs after %.1f s; %.2f API requests a run%n"
              .formatted(RUNS, seconds(submitted), LIVE, seconds(created), each));
      assertThat(each).isBetween(2.0, 6.0);
      assertThat(cluster.deletions())
          .hasSize(RUNS)
          .allSatisfy((job, times) -> assertThat(times).as(job).isOne());
    }
  }

  private static void trainAll(TestCluster cluster, ControllerUnderTest controller)
      throws Exception {
    try (var kubelet = new FakeKubelet(cluster, controller::channel, new Random(1))) {
      kubelet.behave();
      patiently()
          .untilAsserted(
              () -> {
                kubelet.step();
                assertThat(cluster.deletions()).hasSize(RUNS);
              });
    }
  }

  private static ConditionFactory patiently() {
    return await()
        .atMost(Duration.ofMinutes(5).plusMillis(500L * RUNS))
        .pollInterval(Duration.ofMillis(100));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static Map<String, Integer> changes(TestCluster cluster) {
    Map<String, Integer> changes = new HashMap<>();
    CHANGES.forEach(kind -> changes.put(kind, cluster.requests(kind)));
    return changes;
  }
}
