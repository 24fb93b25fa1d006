package dev.connectome.controller.ingest;

import dev.connectome.controller.lifecycle.ReceivedSignature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Records of runs for which the database fails, in the order in which they were read. They are in
 * memory only: what is committed stays before the oldest of each partition, so that whoever reads
 * the partition next has them again. A record for which there is no room is left in Kafka, with all
 * of its run that follow, and read again once the run is released.
 */
final class HeldSignatures {

  private static final int MAX_RECORDS = 5_000;
  private static final int MAX_RECORDS_OF_A_RUN = 500;
  private static final long MAX_BYTES = 64L << 20;
  private static final long MAX_BYTES_OF_A_RUN = 8L << 20;

  private final Map<UUID, OfRun> byRun = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> rewinds = new HashMap<>();
  private int size;
  private long bytes;

  /** A record and what it says. */
  record Held(ReceivedSignature signature, ConsumerRecord<byte[], byte[]> origin) {

    TopicPartition partition() {
      return new TopicPartition(origin.topic(), origin.partition());
    }

    int bytes() {
      return signature.record().length;
    }
  }

  /** The records of a run: those in memory, then those left in Kafka. */
  private static final class OfRun {

    private final List<Held> held = new ArrayList<>();
    private final Map<TopicPartition, Long> newest = new HashMap<>();
    private final Map<TopicPartition, Long> firstLeft = new HashMap<>();
    private long bytes;

    boolean isEmpty() {
      return held.isEmpty() && firstLeft.isEmpty();
    }

    boolean hasRead(Held record) {
      return record.origin().offset() <= newest.getOrDefault(record.partition(), -1L);
    }

    void add(Held record) {
      held.add(record);
      newest.put(record.partition(), record.origin().offset());
      bytes += record.bytes();
    }
  }

  boolean isEmpty() {
    return byRun.isEmpty();
  }

  boolean contains(UUID runUid) {
    return byRun.containsKey(runUid);
  }

  List<UUID> runs() {
    return List.copyOf(byRun.keySet());
  }

  /** What is in memory of a run, which may be nothing. */
  List<Held> of(UUID runUid) {
    OfRun run = byRun.get(runUid);
    return run == null ? List.of() : List.copyOf(run.held);
  }

  /** Keeps a record behind those of its run; one that is read again is there already. */
  void add(Held record) {
    OfRun run = byRun.computeIfAbsent(record.signature().runUid(), uid -> new OfRun());
    if (run.hasRead(record)) {
      return;
    }
    if (run.firstLeft.isEmpty() && hasRoom(run, record)) {
      run.add(record);
      size++;
      bytes += record.bytes();
    } else {
      run.firstLeft.putIfAbsent(record.partition(), record.origin().offset());
    }
  }

  private boolean hasRoom(OfRun run, Held record) {
    return size < MAX_RECORDS
        && run.held.size() < MAX_RECORDS_OF_A_RUN
        && bytes + record.bytes() <= MAX_BYTES
        && run.bytes + record.bytes() <= MAX_BYTES_OF_A_RUN;
  }

  /** Forgets a run; what was left of it in Kafka has to be read now. */
  void release(UUID runUid) {
    remove(runUid)
        .firstLeft
        .forEach((partition, offset) -> rewinds.merge(partition, offset, Math::min));
  }

  private OfRun remove(UUID runUid) {
    OfRun run = byRun.remove(runUid);
    if (run == null) {
      return new OfRun();
    }
    size -= run.held.size();
    bytes -= run.bytes;
    return run;
  }

  /** The offsets from which partitions have to be read again; asked once. */
  Map<TopicPartition, Long> takeRewinds() {
    Map<TopicPartition, Long> taken = Map.copyOf(rewinds);
    rewinds.clear();
    return taken;
  }

  /** Of the records that are held or left; a mutable set. */
  Set<TopicPartition> partitions() {
    return new HashSet<>(oldest().keySet());
  }

  /**
   * Forgets the records of partitions that somebody else reads now. Returns the runs of which
   * nothing remains.
   */
  Set<UUID> removeAll(Collection<TopicPartition> partitions) {
    Set<UUID> gone = new HashSet<>();
    for (UUID uid : runs()) {
      OfRun before = remove(uid);
      var after = new OfRun();
      for (Held record : before.held) {
        if (!partitions.contains(record.partition())) {
          after.add(record);
        }
      }
      after.firstLeft.putAll(before.firstLeft);
      after.firstLeft.keySet().removeAll(partitions);
      if (after.isEmpty()) {
        gone.add(uid);
      } else {
        byRun.put(uid, after);
        size += after.held.size();
        bytes += after.bytes;
      }
    }
    return gone;
  }

  private Map<TopicPartition, Long> oldest() {
    Map<TopicPartition, Long> oldest = new HashMap<>();
    for (OfRun run : byRun.values()) {
      run.held.forEach(
          record -> oldest.merge(record.partition(), record.origin().offset(), Math::min));
      run.firstLeft.forEach((partition, offset) -> oldest.merge(partition, offset, Math::min));
    }
    return oldest;
  }

  /** The offsets to commit, of those up to which everything was read. */
  Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, Long> read) {
    Map<TopicPartition, Long> oldest = oldest();
    Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
    read.forEach(
        (partition, offset) ->
            committable.put(
                partition,
                new OffsetAndMetadata(
                    Math.min(offset, oldest.getOrDefault(partition, Long.MAX_VALUE)))));
    return committable;
  }
}
