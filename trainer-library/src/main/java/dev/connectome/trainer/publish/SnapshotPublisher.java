package dev.connectome.trainer.publish;

import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.trainer.probe.ActivationSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes snapshots on a thread of its own. The training only hands them over, which never
 * blocks: while the broker is away a few are kept, and then the oldest is dropped and counted. A
 * snapshot is published whole or, if it is sent again after an error, more than once; readers know
 * a batch again. A broker that cannot be reached, or refuses, is tried again and never ends the
 * training.
 */
public final class SnapshotPublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotPublisher.class);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(20);

  /** So that a snapshot goes in few steps: each may take the training off its processor. */
  private static final int SIZED_BY_THE_SYSTEM = -1;

  private final Map<String, Object> configuration;
  private final String topic;
  private final byte[] key;
  private final ActivationRecords records;
  private final Buffer buffer;
  private final Thread thread;
  private final Deque<ActivationSnapshot> waiting = new ArrayDeque<>();
  private boolean ending;
  private boolean sending;
  private int finalEpoch;
  private long dropped;
  private long publicationNanos;
  private boolean brokerAway;
  private boolean closed;
  private long waitingBytes;
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * What is kept while it cannot be published: no more than either. The newest snapshot is kept
   * whatever its size.
   *
   * @param snapshots how many
   * @param bytes how many bytes of activations
   */
  public record Buffer(int snapshots, long bytes) {

    /** Enough for the usual networks, and little beside the weights of large ones. */
    public static final Buffer DEFAULT = new Buffer(16, 64L << 20);

    /**
     * Checks it.
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
   * Makes a publisher and starts its thread.
   *
   * @param bootstrapServers the brokers
   * @param properties further properties of the Kafka client, for instance {@code
   *     security.protocol}
   * @param topic the activations topic
   * @param runUid the run's uid, the key of every record
   * @param attempt the attempt
   * @param buffer what to keep of snapshots that cannot be published
   */
  public SnapshotPublisher(
      String bootstrapServers,
      Map<String, String> properties,
      String topic,
      String runUid,
      int attempt,
      Buffer buffer) {
    this.configuration = configuration(bootstrapServers, properties);
    this.topic = topic;
    this.key = runUid.getBytes(StandardCharsets.UTF_8);
    this.records = new ActivationRecords(runUid, attempt);
    this.buffer = buffer;
    this.thread = new Thread(this::run, "snapshot-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  private static Map<String, Object> configuration(
      String bootstrapServers, Map<String, String> properties) {
    Map<String, Object> configuration = new HashMap<>(properties);
    configuration.putIfAbsent(ProducerConfig.SEND_BUFFER_CONFIG, SIZED_BY_THE_SYSTEM);
    configuration.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    configuration.put(ProducerConfig.ACKS_CONFIG, "all");
    configuration.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    configuration.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L);
    configuration.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    configuration.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) SEND_TIMEOUT.toMillis());
    return configuration;
  }

  /**
   * Hands a snapshot over. Never blocks.
   *
   * @param snapshot the snapshot
   */
  public synchronized void publish(ActivationSnapshot snapshot) {
    while (!waiting.isEmpty() && isFullFor(snapshot)) {
      ActivationSnapshot oldest = waiting.removeFirst();
      waitingBytes -= bytes(oldest);
      dropped++;
      LOG.warn("snapshot dropped epoch={} dropped={}", oldest.epoch(), dropped);
    }
    waiting.addLast(snapshot);
    waitingBytes += bytes(snapshot);
    notifyAll();
  }

  private boolean isFullFor(ActivationSnapshot snapshot) {
    return waiting.size() == buffer.snapshots() || waitingBytes + bytes(snapshot) > buffer.bytes();
  }

  private static long bytes(ActivationSnapshot snapshot) {
    return (long) snapshot.samples() * snapshot.neurons() * Float.BYTES;
  }

  /**
   * How many snapshots were dropped.
   *
   * @return the count since the start
   */
  public synchronized long droppedSnapshots() {
    return dropped;
  }

  /**
   * Time spent in serialising and publishing snapshots, beside the training.
   *
   * @return nanoseconds since the start
   */
  public synchronized long publicationNanos() {
    return publicationNanos;
  }

  /**
   * Publishes what is waiting and the end of the attempt, as far as that is possible in time.
   *
   * @param lastEpoch the last epoch that was trained to its end; 0 if none was
   * @param patience how long to wait
   * @return whether the broker has everything
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean end(int lastEpoch, Duration patience) throws InterruptedException {
    synchronized (this) {
      finalEpoch = lastEpoch;
      ending = true;
      notifyAll();
    }
    thread.join(Math.max(1, patience.toMillis()));
    boolean complete = !thread.isAlive();
    if (!complete) {
      LOG.warn("broker unreachable, snapshots left unpublished waiting={}", waitingCount());
    }
    return complete;
  }

  private synchronized int waitingCount() {
    return waiting.size() + (sending ? 1 : 0);
  }

  /** Lets go of the broker at once; what was not published is lost. */
  @Override
  public void close() {
    Producer<byte[], byte[]> open;
    synchronized (this) {
      closed = true;
      open = producer;
    }
    thread.interrupt();
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }

  /**
   * Made on this thread, because a broker whose name cannot be resolved yet is one that is away.
   */
  private Producer<byte[], byte[]> producer() throws InterruptedException {
    synchronized (this) {
      if (producer != null && !closed) {
        return producer;
      }
    }
    Producer<byte[], byte[]> made =
        new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer());
    synchronized (this) {
      if (!closed) {
        producer = made;
        return made;
      }
    }
    made.close(Duration.ZERO);
    throw new InterruptedException();
  }

  private void run() {
    try {
      connect();
      for (ActivationSnapshot next = take(); next != null; next = take()) {
        boolean sent = false;
        long start = System.nanoTime();
        while (!sent && !isPassedOver()) {
          start = System.nanoTime();
          sent = send(records.snapshot(next));
        }
        settled(next, sent, System.nanoTime() - start);
      }
      while (!send(List.of(records.end(finalEpoch)))) {
        LOG.debug("end of attempt sent again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Begins with the broker at once: a training that is still being prepared can spare the time that
   * this takes better than one that runs. A broker that is away is told of when there is something
   * to send.
   */
  private void connect() throws InterruptedException {
    try {
      LOG.debug("topic found partitions={}", producer().partitionsFor(topic).size());
    } catch (KafkaException | IllegalStateException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.debug("topic not found yet error=\"{}\"", e.getMessage());
    }
  }

  private synchronized @Nullable ActivationSnapshot take() throws InterruptedException {
    while (waiting.isEmpty() && !ending) {
      wait();
    }
    sending = !waiting.isEmpty();
    ActivationSnapshot next = waiting.pollFirst();
    waitingBytes -= next == null ? 0 : bytes(next);
    return next;
  }

  /**
   * Whether newer snapshots have filled the buffer while this one, older than all of them, could
   * not be sent.
   */
  private synchronized boolean isPassedOver() {
    return !waiting.isEmpty() && isFullFor(waiting.getLast());
  }

  private synchronized void settled(ActivationSnapshot snapshot, boolean sent, long nanos) {
    sending = false;
    if (sent) {
      publicationNanos += nanos;
    } else {
      dropped++;
      LOG.warn("snapshot dropped epoch={} dropped={}", snapshot.epoch(), dropped);
    }
  }

  private boolean send(List<ActivationRecord> batch) throws InterruptedException {
    try {
      List<Future<?>> acknowledgements = new ArrayList<>();
      for (ActivationRecord record : batch) {
        acknowledgements.add(
            producer().send(new ProducerRecord<>(topic, key, record.toByteArray())));
      }
      for (Future<?> acknowledgement : acknowledgements) {
        acknowledgement.get();
      }
      if (brokerAway) {
        brokerAway = false;
        LOG.info("broker back");
      }
      return true;
    } catch (ExecutionException | KafkaException | IllegalStateException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (!brokerAway) {
        brokerAway = true;
        LOG.warn("broker away, snapshots kept error=\"{}\"", e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(200);
      return false;
    }
  }
}
