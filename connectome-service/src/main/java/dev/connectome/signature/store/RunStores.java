package dev.connectome.signature.store;

import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RunState;
import dev.connectome.signature.assembly.SignedSnapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The stores of one partition. The state of a run names every batch and connectome stored for it;
 * saving a state deletes those that only the previous state named.
 */
public final class RunStores {

  private static final String RUNS = "runs";
  private static final String BATCHES = "batches";
  private static final String CONNECTOMES = "connectomes";

  /** Entries are overwritten all the time; small segments let compaction keep up. */
  private static final Map<String, String> CHANGELOG =
      Map.of("segment.bytes", "16777216", "min.cleanable.dirty.ratio", "0.2");

  private final KeyValueStore<UUID, RunState> runs;
  private final BatchStore batches;
  private final ConnectomeStore connectomes;
  private final NeighbourStore neighbours;

  public RunStores(ProcessingContext context) {
    this.runs = context.getStateStore(RUNS);
    this.batches = new BatchStore(context.getStateStore(BATCHES));
    this.connectomes = new ConnectomeStore(context.getStateStore(CONNECTOMES));
    this.neighbours = new NeighbourStore(context.getStateStore(CONNECTOMES));
  }

  /** The stores that the processor needs. */
  public static Set<StoreBuilder<?>> builders() {
    return Set.of(
        builder(RUNS, Serdes.UUID(), new RunStateSerde()),
        builder(BATCHES, Serdes.Bytes(), Serdes.ByteArray()),
        builder(CONNECTOMES, Serdes.Bytes(), Serdes.ByteArray()));
  }

  /**
   * Without the cache of Kafka Streams: each of its entries retains the record that was being
   * processed, nearly a mebibyte, which its size limit does not count.
   */
  private static <K, V> StoreBuilder<KeyValueStore<K, V>> builder(
      String name, Serde<K> keys, Serde<V> values) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values)
        .withLoggingEnabled(CHANGELOG)
        .withCachingDisabled();
  }

  public BatchStore batches() {
    return batches;
  }

  public ConnectomeStore connectomes() {
    return connectomes;
  }

  public NeighbourStore neighbours() {
    return neighbours;
  }

  /** The state of a run; null if nothing is known of it. */
  public @Nullable RunState load(UUID runUid) {
    return runs.get(runUid);
  }

  /** Replaces the state that was loaded, null if there was none. */
  public void save(UUID runUid, @Nullable RunState before, RunState after) {
    if (before != null) {
      deleteUnreferenced(runUid, before, after);
    }
    runs.put(runUid, after);
  }

  /** Deletes a run with all its data. */
  public void delete(UUID runUid, RunState before) {
    deleteUnreferenced(runUid, before, null);
    runs.delete(runUid);
  }

  /** Visits every run of this partition; the visitor may save or delete that run. */
  public void forEachRun(BiConsumer<UUID, RunState> visitor) {
    try (KeyValueIterator<UUID, RunState> all = runs.all()) {
      while (all.hasNext()) {
        KeyValue<UUID, RunState> run = all.next();
        visitor.accept(run.key, run.value);
      }
    }
  }

  private void deleteUnreferenced(UUID runUid, RunState before, @Nullable RunState after) {
    Set<Integer> openEpochs = new HashSet<>();
    Set<SignedSnapshot> signed = new HashSet<>();
    if (after != null && after.attempt() == before.attempt()) {
      after.open().forEach(snapshot -> openEpochs.add(snapshot.epoch()));
      signed.addAll(after.signed().snapshots());
    }
    for (OpenSnapshot snapshot : before.open()) {
      if (!openEpochs.contains(snapshot.epoch())) {
        batches.delete(runUid, before.attempt(), snapshot);
      }
    }
    for (SignedSnapshot snapshot : before.signed().snapshots()) {
      if (!signed.contains(snapshot)) {
        connectomes.delete(runUid, before.attempt(), snapshot);
        neighbours.delete(runUid, before.attempt(), snapshot);
      }
    }
  }
}
