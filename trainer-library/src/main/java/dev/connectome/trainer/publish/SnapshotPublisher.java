package dev.connectome.trainer.publish;

import dev.connectome.trainer.probe.ActivationSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes snapshots to Kafka on a thread of its own. While the broker is unreachable or rejects
 * records, snapshots are kept and sending is retried; when the buffer is full, the oldest snapshot
 * is dropped and counted. Neither blocks or ends the training.
 *
 * <p>A snapshot is published completely. After an error it may be published again; readers
 * recognize a batch by run, attempt, epoch and index.
 */
public final class SnapshotPublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);

  private final ActivationRecords records;
  private final SnapshotQueue queue;
  private final RecordSender sender;
  private final AtomicLong publicationNanos = new AtomicLong();
  private final Thread thread;
  private volatile boolean complete;

  /**
   * Limits of the snapshots that are kept while they cannot be published. Both apply; the newest
   * snapshot is kept whatever its size.
   *
   * @param snapshots the number of snapshots
   * @param bytes the size of their activations in bytes
   */
  public record Buffer(int snapshots, long bytes) {

    /** 16 snapshots and 64 MiB. */
    public static final Buffer DEFAULT = new Buffer(16, 64L << 20);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one of them is below 1
     */
    public Buffer {
      if (snapshots < 1 || bytes < 1) {
        throw new IllegalArgumentException(
            "the buffer must be 1 snapshot and 1 byte or more, not %d and %d"
                .formatted(snapshots, bytes));
      }
    }
  }

  /**
   * Makes a publisher and starts its thread. Does not wait for the broker.
   *
   * @param bootstrapServers the brokers, as comma-separated {@code host:port}
   * @param properties additional properties of the Kafka producer, for example {@code
   *     security.protocol}
   * @param topic the activations topic
   * @param runUid the run's uid, which is the key of every record
   * @param attempt the attempt, from 1
   * @param buffer limits of the snapshots that are kept while they cannot be published
   */
  public SnapshotPublisher(
      String bootstrapServers,
      Map<String, String> properties,
      String topic,
      String runUid,
      int attempt,
      Buffer buffer) {
    this.records = new ActivationRecords(runUid, attempt);
    this.queue = new SnapshotQueue(buffer);
    this.sender = new RecordSender(bootstrapServers, properties, topic, runUid);
    this.thread = new Thread(this::run, "snapshot-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Hands a snapshot over. Never blocks.
   *
   * @param snapshot the snapshot
   */
  public void publish(ActivationSnapshot snapshot) {
    queue.add(snapshot);
  }

  /**
   * Returns the number of snapshots that were dropped.
   *
   * @return the number since the start
   */
  public long droppedSnapshots() {
    return queue.dropped();
  }

  /**
   * Returns the time spent serializing and publishing snapshots, not counting failed sends. The
   * training runs meanwhile.
   *
   * @return nanoseconds since the start
   */
  public long publicationNanos() {
    return publicationNanos.get();
  }

  /**
   * Publishes the waiting snapshots and the end of the attempt. No snapshot may be handed over
   * afterwards.
   *
   * @param finalEpoch the last completed epoch; 0 if there is none
   * @param timeout how long to wait
   * @return whether the broker has acknowledged everything
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean end(int finalEpoch, Duration timeout) throws InterruptedException {
    queue.end(finalEpoch);
    thread.join(Math.max(1, timeout.toMillis()));
    if (!complete) {
      LOG.warn(
          "{}, snapshots left unpublished waiting={}",
          thread.isAlive() ? "broker unreachable" : "publisher ended early",
          queue.unpublished());
    }
    return complete;
  }

  /** Closes the connection at once. Snapshots that are not published yet are lost. */
  @Override
  public void close() {
    thread.interrupt();
    sender.close();
  }

  private void run() {
    try {
      sender.connect();
      for (ActivationSnapshot next = queue.take(); next != null; next = queue.take()) {
        queue.sent(next, send(next));
      }
      while (!sender.send(List.of(records.end(queue.finalEpoch())))) {
        LOG.debug("end of attempt sent again");
      }
      complete = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Retries until the snapshot is published, or newer ones need its place. */
  private boolean send(ActivationSnapshot snapshot) throws InterruptedException {
    while (!queue.isFull()) {
      long start = System.nanoTime();
      try {
        if (sender.send(records.snapshot(snapshot))) {
          publicationNanos.addAndGet(System.nanoTime() - start);
          return true;
        }
      } catch (RuntimeException | OutOfMemoryError e) {
        // Of this snapshot: the next ones may be smaller.
        LOG.error("snapshot cannot be published, dropped epoch={}", snapshot.epoch(), e);
        return false;
      }
    }
    return false;
  }
}
