package dev.connectome.benchmarks.pipeline;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.benchmarks.harness.TopicReader;
import dev.connectome.cli.CommandFailure;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Collects the signature records of the simulated runs and when each could first be read. Used by
 * one thread.
 */
final class SignatureCollector implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final TopicReader reader;
  private final Set<String> runUids = new HashSet<>();
  private final Map<SnapshotId, Arrival> arrivals = new HashMap<>();
  private int duplicates;

  SignatureCollector(String bootstrapServers, String topic) {
    reader = new TopicReader(bootstrapServers, topic);
  }

  int partitions() {
    return reader.partitions();
  }

  /** From now on the records of these runs are collected too. */
  void expect(List<SyntheticRun> runs) {
    runs.forEach(run -> runUids.add(run.uid().toString()));
  }

  /**
   * Collects until {@code total} snapshots since the beginning have their record, or none arrived
   * for a minute. A failure of the publication ends the wait.
   */
  void await(int total, Publisher.Publication publication, Progress progress) {
    long lastArrival = System.nanoTime();
    while (arrivals.size() < total && System.nanoTime() - lastArrival < TIMEOUT.toNanos()) {
      int before = arrivals.size();
      poll(POLL);
      if (arrivals.size() > before || !publication.isDone()) {
        lastArrival = System.nanoTime();
      }
      progress.update(arrivals.size());
    }
  }

  /** Collects what is left, to see second records of a snapshot. */
  void drain() {
    do {
      poll(POLL);
    } while (!reader.isAtEnd());
  }

  private void poll(Duration timeout) {
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(timeout)) {
      long now = System.nanoTime();
      try {
        SignatureRecord signature = SignatureRecord.parseFrom(record.value());
        if (runUids.contains(signature.getRunUid())
            && arrivals.putIfAbsent(SnapshotId.of(signature), new Arrival(now, signature))
                != null) {
          duplicates++;
        }
      } catch (InvalidProtocolBufferException e) {
        throw CommandFailure.failed(
            "a record of %s at offset %d is not a SignatureRecord: %s"
                .formatted(record.topic(), record.offset(), e.getMessage()),
            e);
      }
    }
  }

  Map<SnapshotId, Arrival> arrivals() {
    return arrivals;
  }

  int duplicates() {
    return duplicates;
  }

  @Override
  public void close() {
    reader.close();
  }

  /** A record, and when it could first be read, in {@code System.nanoTime}. */
  record Arrival(long nanoTime, SignatureRecord record) {}
}
