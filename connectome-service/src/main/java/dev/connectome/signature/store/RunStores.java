package dev.connectome.signature.store;

import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.RunState;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.FunctionalConnectome;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The stores of one partition. The state of a run says what the two other stores hold of it: saving
 * a state deletes what only the state before it named.
 */
public final class RunStores {

  private static final String RUNS = "runs";
  private static final String BATCHES = "batches";
  private static final String CONNECTOMES = "connectomes";

  /** Changelogs are rewritten all the time; small segments let compaction keep up. */
  private static final Map<String, String> CHANGELOG =
      Map.of("segment.bytes", "16777216", "min.cleanable.dirty.ratio", "0.2");

  private final KeyValueStore<UUID, RunState> runs;
  private final KeyValueStore<Bytes, byte[]> batches;
  private final ConnectomeStore connectomes;

  /**
   * Opens the stores of a task.
   *
   * @param context the processor's context
   */
  public RunStores(ProcessingContext context) {
    this.runs = context.getStateStore(RUNS);
    this.batches = context.getStateStore(BATCHES);
    this.connectomes = new ConnectomeStore(context.getStateStore(CONNECTOMES));
  }

  /**
   * The stores to be connected to the processor. None is cached by Kafka Streams: each entry of its
   * cache holds on to the record that was being processed, here nearly a mebibyte, of which the
   * cache's limit knows nothing.
   *
   * @return their builders
   */
  public static Set<StoreBuilder<?>> builders() {
    return Set.of(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(RUNS), Serdes.UUID(), new RunStateSerde())
            .withLoggingEnabled(CHANGELOG)
            .withCachingDisabled(),
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(BATCHES), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingEnabled(CHANGELOG)
            .withCachingDisabled(),
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(CONNECTOMES), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingEnabled(CHANGELOG)
            .withCachingDisabled());
  }

  /**
   * Reads the state of a run.
   *
   * @param runUid the run
   * @return its state; null if nothing is known of it
   */
  public @Nullable RunState load(UUID runUid) {
    return runs.get(runUid);
  }

  /**
   * Replaces the state of a run.
   *
   * @param runUid the run
   * @param before the state that was loaded; null if nothing was known
   * @param after the state from now on
   */
  public void save(UUID runUid, @Nullable RunState before, RunState after) {
    if (before != null) {
      drop(runUid, before, after);
    }
    runs.put(runUid, after);
  }

  /**
   * Forgets a run altogether.
   *
   * @param runUid the run
   * @param before the state that was loaded
   */
  public void forget(UUID runUid, RunState before) {
    drop(runUid, before, null);
    runs.delete(runUid);
  }

  /**
   * Shows every run of this partition.
   *
   * @param visitor is given each run with its state; it may save or forget that run
   */
  public void forEachRun(BiConsumer<UUID, RunState> visitor) {
    try (KeyValueIterator<UUID, RunState> all = runs.all()) {
      while (all.hasNext()) {
        KeyValue<UUID, RunState> run = all.next();
        visitor.accept(run.key, run.value);
      }
    }
  }

  /**
   * Keeps a batch until its snapshot is closed.
   *
   * @param batch the batch
   */
  public void keepBatch(ActivationBatch batch) {
    byte[] values = new byte[batch.values().remaining()];
    batch.values().duplicate().get(values);
    StoreKey key =
        new StoreKey(batch.runUid(), batch.attempt(), batch.epoch(), batch.block().index());
    batches.put(key.toBytes(), values);
  }

  /**
   * Puts a complete snapshot together.
   *
   * @param snapshot the snapshot
   * @param last the batch that completes it, which is not kept here; all others are
   * @param matrix of its shape; every row of it is put
   * @throws IllegalStateException if a batch is not here
   */
  public void readActivations(
      OpenSnapshot snapshot, ActivationBatch last, ActivationMatrix matrix) {
    for (RowBlock block : snapshot.blocks()) {
      ByteBuffer values =
          block.index() == last.block().index() ? last.values() : batchValues(last, block);
      matrix.putRows(block.firstSample(), block.sampleCount(), values);
    }
  }

  /**
   * Reads a connectome that distances are taken to.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param snapshot the snapshot it is of
   * @return the connectome
   * @throws IllegalStateException if it is not here
   */
  public FunctionalConnectome readConnectome(UUID runUid, int attempt, SignedSnapshot snapshot) {
    return connectomes.get(runUid, attempt, snapshot);
  }

  /**
   * Keeps a connectome until a state is saved that does not name it.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param snapshot the snapshot it is of
   * @param connectome the connectome
   */
  public void keepConnectome(
      UUID runUid, int attempt, SignedSnapshot snapshot, FunctionalConnectome connectome) {
    connectomes.put(runUid, attempt, snapshot, connectome);
  }

  private ByteBuffer batchValues(ActivationBatch sibling, RowBlock block) {
    StoreKey key =
        new StoreKey(sibling.runUid(), sibling.attempt(), sibling.epoch(), block.index());
    byte[] values = batches.get(key.toBytes());
    if (values == null) {
      throw new IllegalStateException(
          "%s of run %s, attempt %d, epoch %d is not in its store"
              .formatted(block, sibling.runUid(), sibling.attempt(), sibling.epoch()));
    }
    return ByteBuffer.wrap(values);
  }

  private void drop(UUID runUid, RunState before, @Nullable RunState after) {
    boolean sameAttempt = after != null && after.attempt() == before.attempt();
    Set<Integer> openEpochs = new HashSet<>();
    Set<SignedSnapshot> signed = new HashSet<>();
    if (after != null && sameAttempt) {
      after.open().forEach(snapshot -> openEpochs.add(snapshot.epoch()));
      signed.addAll(after.signed().kept());
    }
    for (OpenSnapshot snapshot : before.open()) {
      if (!openEpochs.contains(snapshot.epoch())) {
        for (RowBlock block : snapshot.blocks()) {
          batches.delete(
              new StoreKey(runUid, before.attempt(), snapshot.epoch(), block.index()).toBytes());
        }
      }
    }
    for (SignedSnapshot snapshot : before.signed().kept()) {
      if (!signed.contains(snapshot)) {
        connectomes.delete(runUid, before.attempt(), snapshot);
      }
    }
  }
}
