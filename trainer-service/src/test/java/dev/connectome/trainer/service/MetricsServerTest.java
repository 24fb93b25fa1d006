package dev.connectome.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MetricsServerTest {

  private final AtomicReference<TrainingProgress> progress =
      new AtomicReference<>(TrainingProgress.getDefaultInstance());

  @Test
  void servesTheCurrentProgress() throws Exception {
    try (MetricsServer server = MetricsServer.start("127.0.0.1", 0, "uid-1", progress::get)) {
      assertThat(scrape(server)).contains("connectome_trainer_epochs{run=\"uid-1\",} 0.0");

      progress.set(
          TrainingProgress.newBuilder()
              .setCompletedEpochs(3)
              .setTotalEpochs(60)
              .setTrainingTime(Durations.fromMillis(1500))
              .setProbeTime(Durations.fromMillis(250))
              .setDroppedSnapshots(2)
              .putMetrics("trainLoss", 0.25)
              .build());

      assertThat(scrape(server))
          .contains(
              "connectome_trainer_epochs{run=\"uid-1\",} 3.0",
              "connectome_trainer_epochs_budget{run=\"uid-1\",} 60.0",
              "connectome_trainer_training_seconds_total{run=\"uid-1\",} 1.5",
              "connectome_trainer_probe_seconds_total{run=\"uid-1\",} 0.25",
              "connectome_trainer_snapshots_dropped_total{run=\"uid-1\",} 2.0",
              "connectome_trainer_metric{name=\"trainLoss\",run=\"uid-1\",} 0.25");
    }
  }

  @Test
  void doesNotServeMetricsThatAreNoLongerReported() throws Exception {
    progress.set(TrainingProgress.newBuilder().putMetrics("testLoss", 1).build());
    try (MetricsServer server = MetricsServer.start("127.0.0.1", 0, "uid-1", progress::get)) {
      assertThat(scrape(server)).contains("testLoss");

      progress.set(TrainingProgress.newBuilder().putMetrics("trainLoss", 1).build());

      assertThat(scrape(server)).contains("trainLoss").doesNotContain("testLoss");
    }
  }

  @Test
  void aPortInUseIsReportedWithTheRemedy() throws Exception {
    try (MetricsServer server = MetricsServer.start("127.0.0.1", 0, "uid-1", progress::get)) {
      int port = server.address().getPort();

      assertThatThrownBy(() -> MetricsServer.start("127.0.0.1", port, "uid-2", progress::get))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("127.0.0.1:" + port, "--metrics-port");
    }
  }

  private static String scrape(MetricsServer server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/metrics".formatted(server.address().getPort()));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
