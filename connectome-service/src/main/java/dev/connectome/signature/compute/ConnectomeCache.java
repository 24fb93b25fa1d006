package dev.connectome.signature.compute;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Caches the connectomes of recently active runs with their birth and death sets, which otherwise
 * are read from the store and computed again. Evicts the least recently used runs. Not thread-safe.
 */
public final class ConnectomeCache {

  private final long maxBytes;
  private final LinkedHashMap<UUID, Entry> runs = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** A cache of at most so many bytes of connectomes and sets; 0 caches nothing. */
  public ConnectomeCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  public Optional<EarlierConnectome> get(UUID runUid, int attempt, int epoch) {
    Entry run = runs.get(runUid);
    return run == null || run.attempt != attempt
        ? Optional.empty()
        : Optional.ofNullable(run.byEpoch.get(epoch));
  }

  /**
   * Adds a connectome; drops other attempts of its run and epochs that are not in {@code needed}.
   */
  public void put(UUID runUid, int attempt, EarlierConnectome connectome, Set<Integer> needed) {
    Entry run = runs.get(runUid);
    if (run != null && run.attempt != attempt) {
      remove(runUid);
      run = null;
    }
    if (run == null) {
      run = new Entry(attempt);
      runs.put(runUid, run);
    }
    bytes -= run.bytes();
    run.byEpoch.put(connectome.epoch(), connectome);
    run.byEpoch.keySet().retainAll(needed);
    bytes += run.bytes();
    evict();
  }

  public void remove(UUID runUid) {
    Entry run = runs.remove(runUid);
    if (run != null) {
      bytes -= run.bytes();
    }
  }

  private void evict() {
    Iterator<Entry> leastRecent = runs.values().iterator();
    while (bytes > maxBytes) {
      bytes -= leastRecent.next().bytes();
      leastRecent.remove();
    }
  }

  /** The connectomes of a run. */
  private static final class Entry {
    private final int attempt;
    private final Map<Integer, EarlierConnectome> byEpoch = new HashMap<>();

    Entry(int attempt) {
      this.attempt = attempt;
    }

    long bytes() {
      return byEpoch.values().stream().mapToLong(EarlierConnectome::bytes).sum();
    }
  }
}
