package dev.connectome.trainer.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Serves the progress of a training in the Prometheus text format: {@code GET /metrics}. */
final class MetricsServer implements AutoCloseable {
  private static final String PREFIX = "connectome.trainer.";

  private final Supplier<TrainingProgress> progress;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MultiGauge metrics;
  private final HttpServer server;

  private MetricsServer(HttpServer server, String runUid, Supplier<TrainingProgress> progress) {
    this.server = server;
    this.progress = progress;
    registry.config().commonTags("run", runUid);
    gauge("epochs", "completed epochs", TrainingProgress::getCompletedEpochs);
    gauge("epochs.budget", "epochs to train", TrainingProgress::getTotalEpochs);
    gauge(
        "samples.per.second",
        "training samples per second of time in training steps",
        TrainingProgress::getSamplesPerSecond);
    seconds("training", "time in training steps", TrainingProgress::getTrainingTime);
    seconds("probe", "time in passes over the probe set", TrainingProgress::getProbeTime);
    seconds(
        "publication",
        "time in serializing and publishing snapshots, in parallel with the training",
        TrainingProgress::getPublicationTime);
    seconds(
        "checkpoint",
        "time that the training waited for checkpoints",
        TrainingProgress::getCheckpointTime);
    counter(
        "snapshots.dropped",
        "snapshots dropped because they could not be published",
        TrainingProgress::getDroppedSnapshots);
    metrics =
        MultiGauge.builder(PREFIX + "metric")
            .description("metrics of the last epoch, by name")
            .register(registry);
    server.createContext("/metrics", this::serve);
  }

  /**
   * Starts a server.
   *
   * @param port the port; 0 for any free port
   * @param runUid the tag {@code run} of all metrics
   */
  static MetricsServer start(
      String host, int port, String runUid, Supplier<TrainingProgress> progress)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(host, port), 0);
    } catch (IOException e) {
      throw new IOException(
          "metrics cannot be served on %s:%d: %s; choose another --metrics-port"
              .formatted(host, port, e.getMessage()),
          e);
    }
    MetricsServer metrics = new MetricsServer(server, runUid, progress);
    server.start();
    return metrics;
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void gauge(String name, String meaning, ToDoubleFunction<TrainingProgress> value) {
    Gauge.builder(PREFIX + name, () -> value.applyAsDouble(progress.get()))
        .description(meaning)
        .register(registry);
  }

  private void seconds(String name, String meaning, Function<TrainingProgress, Duration> time) {
    counter(name + ".seconds", meaning, now -> Durations.toNanos(time.apply(now)) / 1e9);
  }

  private void counter(String name, String meaning, ToDoubleFunction<TrainingProgress> value) {
    FunctionCounter.builder(
            PREFIX + name, progress, supplier -> value.applyAsDouble(supplier.get()))
        .description(meaning)
        .register(registry);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      metrics.register(
          progress.get().getMetricsMap().entrySet().stream()
              .map(metric -> MultiGauge.Row.of(Tags.of("name", metric.getKey()), metric.getValue()))
              .toList(),
          true);
      byte[] text = registry.scrape().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    registry.close();
  }
}
