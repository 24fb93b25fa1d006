package dev.connectome.benchmarks.pipeline;

import dev.connectome.cli.CommandFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Simulates the trainers: publishes snapshots epoch by epoch, all runs in turn, on its own thread.
 */
final class Publisher implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 4 << 20;

  private final SnapshotRecords records;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread publisher = new Thread(task, "publisher");
            publisher.setDaemon(true);
            return publisher;
          });

  Publisher(String bootstrapServers, SnapshotRecords records) {
    this.records = records;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                MAX_REQUEST_BYTES,
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Starts publishing the epochs of {@code plan}, at its rate. */
  Publication publish(String topic, List<SyntheticRun> runs, PipelinePlan plan) {
    Publication publication = new Publication();
    publication.done =
        CompletableFuture.runAsync(() -> publish(topic, runs, plan, publication), thread);
    return publication;
  }

  private void publish(
      String topic, List<SyntheticRun> runs, PipelinePlan plan, Publication publication) {
    long start = System.nanoTime();
    long published = 0;
    for (int epoch = 1; epoch <= plan.epochs(); epoch++) {
      for (SyntheticRun run : runs) {
        if (plan.rate() > 0) {
          sleepUntil(start + (long) (published * 1e9 / plan.rate()));
        }
        SnapshotId id = SnapshotId.of(run, epoch);
        List<byte[]> batches = records.of(run, epoch, plan.batches());
        for (int i = 0; i < batches.size(); i++) {
          boolean last = i == batches.size() - 1;
          send(topic, run, batches.get(i), last ? id : null, publication);
        }
        published++;
      }
    }
    producer.flush();
  }

  private void send(
      String topic,
      SyntheticRun run,
      byte[] value,
      @Nullable SnapshotId completed,
      Publication publication) {
    producer.send(
        new ProducerRecord<>(topic, run.key(), value),
        (metadata, refusal) -> {
          if (refusal != null) {
            publication.refusal = refusal;
          } else if (completed != null) {
            publication.acknowledged.put(completed, System.nanoTime());
          }
        });
  }

  void publish(String topic, SyntheticRun run, byte[] value) {
    producer.send(new ProducerRecord<>(topic, run.key(), value));
  }

  /** Publishes a record on a partition other than that of its key. */
  void publish(String topic, int partition, SyntheticRun run, byte[] value) {
    producer.send(new ProducerRecord<>(topic, partition, run.key(), value));
  }

  /** Waits until the broker has everything that was published. */
  void flush() {
    producer.flush();
  }

  private static void sleepUntil(long nanoTime) {
    long left;
    while ((left = nanoTime - System.nanoTime()) > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    producer.close(Duration.ofSeconds(2));
  }

  /** The state of a publication, while it is going on. */
  static final class Publication {
    private final Map<SnapshotId, Long> acknowledged = new ConcurrentHashMap<>();
    private volatile @Nullable Exception refusal;
    private CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

    /** When the broker acknowledged the last batch of each snapshot, in {@code System.nanoTime}. */
    Map<SnapshotId, Long> acknowledged() {
      return acknowledged;
    }

    /**
     * Whether everything was acknowledged.
     *
     * @throws CommandFailure if the broker refused something
     */
    boolean isDone() {
      Exception cause = refusal;
      if (cause != null) {
        throw CommandFailure.failed("the broker refused a batch: " + cause.getMessage(), cause);
      }
      if (done.isCompletedExceptionally()) {
        Throwable failure = done.handle((nothing, thrown) -> thrown).join();
        throw CommandFailure.failed("publishing failed: " + failure.getMessage(), failure);
      }
      return done.isDone();
    }
  }
}
