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
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Records of runs for which the database fails, in the order in which they were read. They are in
 * memory only: what is committed stays before the oldest of each partition, so that whoever reads
 * the partition next has them again.
 */
final class HeldSignatures {

  private static final int MAX_RECORDS = 5_000;
  private static final int MAX_RECORDS_OF_A_RUN = 500;

  private final Map<UUID, List<Held>> byRun = new LinkedHashMap<>();
  private int size;

  /** A record and what it says. */
  record Held(ReceivedSignature signature, ConsumerRecord<byte[], byte[]> origin) {

    TopicPartition partition() {
      return new TopicPartition(origin.topic(), origin.partition());
    }
  }

  boolean isEmpty() {
    return byRun.isEmpty();
  }

  /** Whether no further run may be held, so that the partitions have to wait. */
  boolean isFull() {
    return size >= MAX_RECORDS;
  }

  /** Whether no more records of a run may be held. */
  boolean isFull(UUID runUid) {
    return byRun.getOrDefault(runUid, List.of()).size() >= MAX_RECORDS_OF_A_RUN;
  }

  boolean contains(UUID runUid) {
    return byRun.containsKey(runUid);
  }

  Set<UUID> runs() {
    return Set.copyOf(byRun.keySet());
  }

  List<Held> of(UUID runUid) {
    return List.copyOf(byRun.getOrDefault(runUid, List.of()));
  }

  void add(Held held) {
    byRun.computeIfAbsent(held.signature().runUid(), run -> new ArrayList<>()).add(held);
    size++;
  }

  void remove(UUID runUid) {
    List<Held> removed = byRun.remove(runUid);
    size -= removed == null ? 0 : removed.size();
  }

  /** Of the records that are held; a mutable set. */
  Set<TopicPartition> partitions() {
    return byRun.values().stream()
        .flatMap(List::stream)
        .map(Held::partition)
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Forgets the records of partitions that somebody else reads now. */
  void removeAll(Collection<TopicPartition> partitions) {
    for (UUID run : runs()) {
      List<Held> left =
          of(run).stream().filter(held -> !partitions.contains(held.partition())).toList();
      remove(run);
      left.forEach(this::add);
    }
  }

  /** The offsets to commit, of those up to which everything was read. */
  Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, Long> read) {
    Map<TopicPartition, Long> offsets = new HashMap<>(read);
    byRun
        .values()
        .forEach(
            all ->
                all.forEach(
                    held ->
                        offsets.computeIfPresent(
                            held.partition(),
                            (partition, offset) -> Math.min(offset, held.origin().offset()))));
    Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> committable.put(partition, new OffsetAndMetadata(offset)));
    return committable;
  }
}
