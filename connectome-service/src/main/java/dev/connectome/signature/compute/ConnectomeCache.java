package dev.connectome.signature.compute;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Caches the connectomes of recently active attempts with their birth and death sets, which
 * otherwise are read from the store and computed again. Evicts the least recently used attempts.
 * Not thread-safe.
 */
public final class ConnectomeCache {

  private final long maxBytes;
  private final LinkedHashMap<Key, Entry> attempts = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** A cache of at most so many bytes of connectomes and sets; 0 caches nothing. */
  public ConnectomeCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  public Optional<EarlierConnectome> get(UUID runUid, int attempt, int epoch) {
    Entry entry = attempts.get(new Key(runUid, attempt));
    return entry == null ? Optional.empty() : Optional.ofNullable(entry.byEpoch.get(epoch));
  }

  /** Adds a connectome; drops epochs of its attempt that are not in {@code needed}. */
  public void put(UUID runUid, int attempt, EarlierConnectome connectome, Set<Integer> needed) {
    Entry entry = attempts.computeIfAbsent(new Key(runUid, attempt), any -> new Entry());
    bytes -= entry.bytes();
    entry.byEpoch.put(connectome.epoch(), connectome);
    entry.byEpoch.keySet().retainAll(needed);
    bytes += entry.bytes();
    evict();
  }

  public void remove(UUID runUid, int attempt) {
    Entry entry = attempts.remove(new Key(runUid, attempt));
    if (entry != null) {
      bytes -= entry.bytes();
    }
  }

  private void evict() {
    Iterator<Entry> leastRecent = attempts.values().iterator();
    while (bytes > maxBytes) {
      bytes -= leastRecent.next().bytes();
      leastRecent.remove();
    }
  }

  private record Key(UUID runUid, int attempt) {}

  /** The connectomes of an attempt. */
  private static final class Entry {
    private final Map<Integer, EarlierConnectome> byEpoch = new HashMap<>();

    long bytes() {
      return byEpoch.values().stream().mapToLong(EarlierConnectome::bytes).sum();
    }
  }
}
