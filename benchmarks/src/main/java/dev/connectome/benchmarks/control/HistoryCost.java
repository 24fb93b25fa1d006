package dev.connectome.benchmarks.control;

import dev.connectome.cli.CommandFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What a further signature costs the controller, by the length of its run's history. */
final class HistoryCost {
  private static final int SHORT_HISTORY = 100;
  private static final int SIGNATURES_PER_RUN = 200;
  private static final double DEATH_DISTANCE = 10;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private final ControlDatabase database;
  private final Poller poller;
  private final String bootstrapServers;
  private final String topic;
  private final DoubleSupplier controllerCpuSeconds;

  /**
   * A cost.
   *
   * @param epochs trained before
   * @param signatures measured
   * @param cpuMillis the controller's processor time for one of them
   */
  record Cost(int epochs, int signatures, double cpuMillis) {}

  HistoryCost(
      ControlDatabase database,
      Poller poller,
      String bootstrapServers,
      String topic,
      DoubleSupplier controllerCpuSeconds) {
    this.database = database;
    this.poller = poller;
    this.bootstrapServers = bootstrapServers;
    this.topic = topic;
    this.controllerCpuSeconds = controllerCpuSeconds;
  }

  /** Of short histories and of long ones. */
  List<Cost> measure(int longHistory, int runs, Consumer<String> progress)
      throws InterruptedException {
    List<Cost> costs = new ArrayList<>();
    for (int epochs : List.of(SHORT_HISTORY, longHistory)) {
      progress.accept("adding %d runs of %d epochs ...".formatted(runs, epochs));
      String prefix = "history-" + epochs;
      List<String> uids =
          database.addHistories(
              prefix,
              runs,
              epochs,
              SignatureLoad.signature("", 1, 2, DEATH_DISTANCE).toByteArray());
      // The first signature of each reads the history.
      evaluate(prefix, uids, epochs + 1, epochs + 1);
      double before = controllerCpuSeconds.getAsDouble();
      evaluate(prefix, uids, epochs + 2, epochs + 1 + SIGNATURES_PER_RUN);
      double seconds = controllerCpuSeconds.getAsDouble() - before;
      int signatures = SIGNATURES_PER_RUN * uids.size();
      costs.add(new Cost(epochs, signatures, 1e3 * seconds / signatures));
    }
    return costs;
  }

  private void evaluate(String prefix, List<String> uids, int from, int to)
      throws InterruptedException {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (int epoch = from; epoch <= to; epoch++) {
        for (String uid : uids) {
          producer.send(
              new ProducerRecord<>(
                  topic,
                  uid,
                  SignatureLoad.signature(uid, 1, epoch, DEATH_DISTANCE).toByteArray()));
        }
      }
    }
    if (!poller.await(
        TIMEOUT, POLL_INTERVAL, () -> database.evaluated(prefix, to) == uids.size())) {
      throw CommandFailure.failed(
          "the controller has not evaluated the signatures of %s within %d s"
              .formatted(prefix, TIMEOUT.toSeconds()));
    }
  }
}
