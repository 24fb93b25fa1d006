package dev.connectome.signature.compute;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Connectomes of runs that were active lately, with their sets, so that these need not be read and
 * computed again. What is not here is in the store. Runs that were quiet longest make room for
 * others. Not safe for use by several threads at once.
 */
public final class ConnectomeCache {

  private final long maxBytes;
  private final LinkedHashMap<UUID, OfRun> runs = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * Remembers nothing yet.
   *
   * @param maxBytes how much memory the connectomes and sets may take together; 0 to remember
   *     nothing
   */
  public ConnectomeCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Looks a connectome up.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param epoch the epoch
   * @return the connectome; empty if it is not remembered
   */
  public Optional<EarlierConnectome> find(UUID runUid, int attempt, int epoch) {
    OfRun run = runs.get(runUid);
    return run == null || run.attempt != attempt
        ? Optional.empty()
        : Optional.ofNullable(run.byEpoch.get(epoch));
  }

  /**
   * Remembers a connectome.
   *
   * @param runUid the run
   * @param attempt the attempt; what is remembered of another one is dropped
   * @param connectome the connectome
   * @param needed the epochs whose connectomes may be asked for again; others are dropped
   */
  public void keep(UUID runUid, int attempt, EarlierConnectome connectome, Set<Integer> needed) {
    OfRun run = runs.get(runUid);
    if (run != null && run.attempt != attempt) {
      forget(runUid);
      run = null;
    }
    if (run == null) {
      run = new OfRun(attempt);
      runs.put(runUid, run);
    }
    bytes -= run.bytes();
    run.byEpoch.put(connectome.epoch(), connectome);
    run.byEpoch.keySet().retainAll(needed);
    bytes += run.bytes();
    makeRoom();
  }

  /**
   * Drops what is remembered of a run.
   *
   * @param runUid the run
   */
  public void forget(UUID runUid) {
    OfRun run = runs.remove(runUid);
    if (run != null) {
      bytes -= run.bytes();
    }
  }

  private void makeRoom() {
    Iterator<OfRun> quietest = runs.values().iterator();
    while (bytes > maxBytes) {
      bytes -= quietest.next().bytes();
      quietest.remove();
    }
  }

  private static final class OfRun {
    private final int attempt;
    private final Map<Integer, EarlierConnectome> byEpoch = new HashMap<>();

    OfRun(int attempt) {
      this.attempt = attempt;
    }

    long bytes() {
      return byEpoch.values().stream().mapToLong(EarlierConnectome::bytes).sum();
    }
  }
}
