package dev.connectome.signature.store;

import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.topology.NeighbourTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Stores the neighbours of the inputs of snapshots beside the pages of their connectomes: a record
 * of little-endian int32 each.
 */
public final class NeighbourStore {

  /** In place of the number of a page; no connectome has so many. */
  private static final int PART = Integer.MAX_VALUE;

  private final KeyValueStore<Bytes, byte[]> tables;

  NeighbourStore(KeyValueStore<Bytes, byte[]> tables) {
    this.tables = tables;
  }

  public void put(UUID runUid, int attempt, SignedSnapshot snapshot, NeighbourTable table) {
    int[] neighbours = table.toArray();
    ByteBuffer bytes =
        ByteBuffer.allocate(neighbours.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(neighbours);
    tables.put(key(runUid, attempt, snapshot), bytes.array());
  }

  /** Reads the neighbours of a snapshot that the run's state names; empty if none are there. */
  public Optional<NeighbourTable> get(UUID runUid, int attempt, SignedSnapshot snapshot) {
    if (snapshot.inputs() == 0) {
      return Optional.empty();
    }
    byte[] bytes = tables.get(key(runUid, attempt, snapshot));
    if (bytes == null) {
      return Optional.empty();
    }
    int[] neighbours = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(neighbours);
    return Optional.of(
        NeighbourTable.of(snapshot.inputs(), neighbours.length / snapshot.inputs(), neighbours));
  }

  void delete(UUID runUid, int attempt, SignedSnapshot snapshot) {
    if (snapshot.inputs() > 0) {
      tables.delete(key(runUid, attempt, snapshot));
    }
  }

  private static Bytes key(UUID runUid, int attempt, SignedSnapshot snapshot) {
    return new StoreKey(runUid, attempt, snapshot.epoch(), PART).toBytes();
  }
}
