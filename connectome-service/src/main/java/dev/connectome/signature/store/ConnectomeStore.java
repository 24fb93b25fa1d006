package dev.connectome.signature.store;

import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.topology.FunctionalConnectome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jboss.logging.Logger;

/**
 * Stores connectomes as pages of their upper triangle, little-endian float32, each page small
 * enough for a record of the changelog.
 */
public final class ConnectomeStore {

  private static final Logger LOG = Logger.getLogger(ConnectomeStore.class);
  private static final int PAGE_BYTES = 900_000;

  private final KeyValueStore<Bytes, byte[]> pages;

  ConnectomeStore(KeyValueStore<Bytes, byte[]> pages) {
    this.pages = pages;
  }

  public void put(UUID runUid, int attempt, SignedSnapshot snapshot, List<byte[]> connectomePages) {
    for (int page = 0; page < connectomePages.size(); page++) {
      pages.put(key(runUid, attempt, snapshot, page), connectomePages.get(page));
    }
  }

  /** The pages of a connectome, as {@link #put} stores them. */
  public static List<byte[]> pagesOf(FunctionalConnectome connectome) {
    List<byte[]> filled = new ArrayList<>();
    long left = triangleBytes(connectome.neurons());
    for (int first = 0; left > 0; first += PAGE_BYTES / Float.BYTES) {
      byte[] page = new byte[(int) Math.min(PAGE_BYTES, left)];
      connectome.writeUpperTriangle(
          first, ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
      filled.add(page);
      left -= page.length;
    }
    return filled;
  }

  /**
   * Reads the connectome of a snapshot that the run's state names; empty if a page of it is lost.
   */
  public Optional<FunctionalConnectome> get(UUID runUid, int attempt, SignedSnapshot snapshot) {
    ByteBuffer triangle = triangleOf(snapshot);
    for (int page = 0; triangle.hasRemaining(); page++) {
      byte[] bytes = pages.get(key(runUid, attempt, snapshot, page));
      if (bytes == null) {
        LOG.warnf(
            "connectome lost, signatures have no distance from it runId=%s attempt=%d epoch=%d page=%d",
            runUid, attempt, snapshot.epoch(), page);
        return Optional.empty();
      }
      triangle.put(bytes);
    }
    return Optional.of(
        FunctionalConnectome.ofUpperTriangle(snapshot.neurons(), triangle.flip().asFloatBuffer()));
  }

  void delete(UUID runUid, int attempt, SignedSnapshot snapshot) {
    int count = (int) ((triangleBytes(snapshot.neurons()) + PAGE_BYTES - 1) / PAGE_BYTES);
    for (int page = 0; page < count; page++) {
      pages.delete(key(runUid, attempt, snapshot, page));
    }
  }

  private static Bytes key(UUID runUid, int attempt, SignedSnapshot snapshot, int page) {
    return new StoreKey(runUid, attempt, snapshot.epoch(), page).toBytes();
  }

  private static ByteBuffer triangleOf(SignedSnapshot snapshot) {
    return ByteBuffer.allocate(Math.toIntExact(triangleBytes(snapshot.neurons())))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long triangleBytes(int neurons) {
    return (long) neurons * (neurons - 1) / 2 * Float.BYTES;
  }
}
