package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What many runs cost the API server. How many is {@code -Dscale.runs}; the time they took to reach
 * their Jobs is in target/cluster-scale.txt.
 */
@Isolated("It counts requests, which the launcher repeats where answers are slow.")
class ClusterScaleTest {

  private static final Path REPORT = Path.of("target", "cluster-scale.txt");
  private static final List<String> CHANGES = List.of("POST", "PUT", "PATCH", "DELETE");
  private static final int RUNS = Integer.getInteger("scale.runs", 200);

  @Test
  void manyRunsReachTheirJobsWithOneRequestEachAndIdleOnesCostNothing() throws Exception {
    var settings =
        new HashMap<>(
            Map.of(
                "connectome.launch.kubernetes.namespace",
                TestCluster.NAMESPACE,
                "connectome.launch.kubernetes.requests-per-second",
                "50"));
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
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> cluster.requests("POST") >= RUNS);
      Files.writeString(
          REPORT,
          "%d runs submitted in %.1f s, all Jobs after %.1f s%n"
              .formatted(
                  RUNS, seconds(submitted), seconds(Duration.between(begin, Instant.now()))));
      await().atMost(Duration.ofSeconds(30)).until(() -> cluster.jobs().size() == RUNS);

      assertThat(cluster.requests("POST")).isEqualTo(RUNS);
      Map<String, Integer> before = changes(cluster);
      int watches = cluster.requests("WATCH");
      // Longer than the launcher takes from one look at everything to the next.
      await()
          .during(Duration.ofSeconds(12))
          .atMost(Duration.ofSeconds(30))
          .until(() -> changes(cluster).equals(before) && cluster.requests("WATCH") == watches);
    }
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
