package dev.connectome.benchmarks.control;

import com.google.protobuf.util.Timestamps;
import dev.connectome.protos.signature.v1.SetLevels;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes signatures of realistic size at an even rate, one run after the other. Any thread may
 * add runs.
 */
final class SignatureLoad implements AutoCloseable {
  private static final int QUANTILES = 65;
  private static final int NEURONS = 192;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final KafkaProducer<String, byte[]> producer;
  private final String topic;
  private final long intervalNanos;
  private final Consumer<SimulatedRun> stopByPerson;
  private final Queue<SimulatedRun> runs = new ConcurrentLinkedQueue<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong published = new AtomicLong();
  private final Thread thread = new Thread(this::publish, "signature-load");
  private volatile boolean closed;

  SignatureLoad(
      String bootstrapServers,
      String topic,
      double perSecond,
      Consumer<SimulatedRun> stopByPerson) {
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "all"),
            new StringSerializer(),
            new ByteArraySerializer());
    this.topic = topic;
    this.intervalNanos = (long) (1e9 / perSecond);
    this.stopByPerson = stopByPerson;
  }

  void start() {
    thread.start();
  }

  void add(SimulatedRun run) {
    runs.add(run);
  }

  long published() {
    return published.get();
  }

  /** Signatures that the broker did not take. */
  long failures() {
    return failures.get();
  }

  private void publish() {
    long next = System.nanoTime();
    while (!closed) {
      SimulatedRun run = runs.poll();
      if (run == null) {
        LockSupport.parkNanos(IDLE_NANOS);
        next = Math.max(next, System.nanoTime());
      } else if (!run.ended()) {
        while (System.nanoTime() < next && !closed) {
          LockSupport.parkNanos(next - System.nanoTime());
        }
        next += intervalNanos;
        publishNext(run);
        runs.add(run);
      }
    }
  }

  private void publishNext(SimulatedRun run) {
    int epoch = run.nextEpoch();
    if (epoch == run.plan().epoch()) {
      run.setDue();
    }
    producer.send(
        new ProducerRecord<>(
            topic,
            run.uid(),
            signature(run.uid(), run.attempt(), epoch, run.plan().deathDistance(epoch))
                .toByteArray()),
        (metadata, failure) -> (failure == null ? published : failures).incrementAndGet());
    if (epoch == run.plan().epoch() && run.plan().byPerson()) {
      stopByPerson.accept(run);
    }
  }

  static SignatureRecord signature(String runUid, int attempt, int epoch, double death) {
    TopologicalSignature.Builder signature =
        TopologicalSignature.newBuilder()
            .setNeuronCount(NEURONS)
            .setSampleCount(1_000)
            .setBirthCount(NEURONS - 1)
            .setDeathCount((NEURONS - 1) * (NEURONS - 2) / 2)
            .setBirths(levels())
            .setDeaths(levels());
    if (epoch > 1) {
      SignatureDistances distances =
          SignatureDistances.newBuilder()
              .setBirth(death / 10)
              .setDeath(death)
              .setTopological(Math.hypot(death / 10, death))
              .setConnectome(2 * death)
              .build();
      signature
          .setPreviousEpoch(epoch - 1)
          .setFromPrevious(distances)
          .setFirstEpoch(1)
          .setFromFirst(distances);
    }
    return SignatureRecord.newBuilder()
        .setRunUid(runUid)
        .setAttempt(attempt)
        .setEpoch(epoch)
        .setSignature(signature)
        .putMetrics("trainLoss", 1.0 / epoch)
        .putMetrics("trainAccuracy", 1 - 1.0 / (epoch + 1))
        .setComputedAt(Timestamps.now())
        .build();
  }

  private static SetLevels levels() {
    SetLevels.Builder levels = SetLevels.newBuilder().setMean(0.5).setStandardDeviation(0.1);
    for (int i = 0; i < QUANTILES; i++) {
      levels.addQuantiles(i / 64f);
    }
    return levels.build();
  }

  /** Stops publishing; everything published has reached the broker afterwards. */
  void stop() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.flush();
  }

  @Override
  public void close() {
    stop();
    producer.close();
  }
}
