package dev.connectome.signature.store;

import dev.connectome.signature.assembly.AttemptKey;
import dev.connectome.signature.assembly.AttemptState;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.SignedSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
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
 * The stores of one partition. The state of an attempt names every batch and connectome stored for
 * it; saving a state deletes those that only the previous state named.
 */
public final class RunStores {

  private static final String RUNS = "runs";
  private static final String BATCHES = "batches";
  private static final String CONNECTOMES = "connectomes";

  /** Entries are overwritten all the time; small segments let compaction keep up. */
  private static final Map<String, String> CHANGELOG =
      Map.of("segment.bytes", "16777216", "min.cleanable.dirty.ratio", "0.2");

  private final KeyValueStore<AttemptKey, AttemptState> attempts;
  private final BatchStore batches;
  private final ConnectomeStore connectomes;
  private final NeighbourStore neighbours;

  public RunStores(ProcessingContext context) {
    this.attempts = context.getStateStore(RUNS);
    this.batches = new BatchStore(context.getStateStore(BATCHES));
    this.connectomes = new ConnectomeStore(context.getStateStore(CONNECTOMES));
    this.neighbours = new NeighbourStore(context.getStateStore(CONNECTOMES));
  }

  /** The stores that the processor needs. */
  public static Set<StoreBuilder<?>> builders() {
    return Set.of(
        builder(RUNS, new AttemptKeySerde(), new AttemptStateSerde()),
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

  /** The state of an attempt; null if nothing is known of it. */
  public @Nullable AttemptState load(AttemptKey key) {
    AttemptState state = attempts.get(key);
    if (state != null) {
      return state;
    }
    AttemptState earlier = attempts.get(AttemptKeySerde.earlier(key.runUid()));
    return earlier != null && earlier.attempt() == key.attempt() ? earlier : null;
  }

  /** Replaces the state that was loaded, null if there was none. */
  public void save(UUID runUid, @Nullable AttemptState before, AttemptState after) {
    if (before != null) {
      deleteUnreferenced(runUid, before, after.open(), after.signed().snapshots());
    }
    attempts.put(new AttemptKey(runUid, after.attempt()), after);
  }

  /** Deletes an attempt with all its data. */
  public void delete(UUID runUid, AttemptState before) {
    deleteUnreferenced(runUid, before, List.of(), List.of());
    attempts.delete(new AttemptKey(runUid, before.attempt()));
    AttemptState earlier = attempts.get(AttemptKeySerde.earlier(runUid));
    if (earlier != null && earlier.attempt() == before.attempt()) {
      attempts.delete(AttemptKeySerde.earlier(runUid));
    }
  }

  /** Visits every attempt of this partition; the visitor may save or delete it. */
  public void forEachAttempt(BiConsumer<UUID, AttemptState> visitor) {
    try (KeyValueIterator<AttemptKey, AttemptState> all = attempts.all()) {
      while (all.hasNext()) {
        KeyValue<AttemptKey, AttemptState> entry = all.next();
        UUID runUid = entry.key.runUid();
        if (AttemptKeySerde.isEarlier(entry.key)) {
          attempts.putIfAbsent(new AttemptKey(runUid, entry.value.attempt()), entry.value);
          attempts.delete(entry.key);
        } else {
          visitor.accept(runUid, entry.value);
        }
      }
    }
  }

  private void deleteUnreferenced(
      UUID runUid,
      AttemptState before,
      List<OpenSnapshot> keptOpen,
      List<SignedSnapshot> keptSigned) {
    Set<Integer> openEpochs =
        keptOpen.stream().map(OpenSnapshot::epoch).collect(Collectors.toSet());
    for (OpenSnapshot snapshot : before.open()) {
      if (!openEpochs.contains(snapshot.epoch())) {
        batches.delete(runUid, before.attempt(), snapshot);
      }
    }
    for (SignedSnapshot snapshot : before.signed().snapshots()) {
      if (!keptSigned.contains(snapshot)) {
        connectomes.delete(runUid, before.attempt(), snapshot);
        neighbours.delete(runUid, before.attempt(), snapshot);
      }
    }
  }
}
