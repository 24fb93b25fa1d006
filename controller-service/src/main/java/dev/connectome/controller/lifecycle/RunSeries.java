package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.store.SeriesTable.Point;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.EpochObservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads the named series of a run in order of epochs, a page at a time: at most one observation an
 * epoch. An attempt replaces older ones from the first epoch it is observed in.
 */
public final class RunSeries {

  private static final int PAGE = 1_000;

  private final Transaction transaction;
  private final UUID runUid;
  private final long toPosition;
  private final Set<String> names;
  private final boolean fill;

  /** Numbers of this page that were only in their records. */
  private final List<EpochObservation> decoded = new ArrayList<>();

  /**
   * Reads the log of a run.
   *
   * @param toPosition the last position to read
   * @param fill whether to store numbers that are only in their records
   */
  public RunSeries(
      Transaction transaction, UUID runUid, long toPosition, Set<String> names, boolean fill) {
    this.transaction = transaction;
    this.runUid = runUid;
    this.toPosition = toPosition;
    this.names = Set.copyOf(names);
    this.fill = fill;
  }

  /** Calls the reader for each observation. */
  public void forEach(Consumer<EpochObservation> reader) {
    Map<Integer, Integer> ends = ends(transaction.series().firstEpochs(runUid, toPosition));
    int attempt = 0;
    int epoch = 0;
    List<Point> page;
    do {
      page = transaction.series().points(runUid, attempt, epoch, toPosition, names, PAGE);
      for (Point point : page) {
        if (point.epoch() < ends.getOrDefault(point.attempt(), Integer.MAX_VALUE)) {
          reader.accept(point.numbers().orElseGet(() -> decode(point)));
        }
        attempt = point.attempt();
        epoch = point.epoch();
      }
      if (fill && !decoded.isEmpty()) {
        transaction.series().fill(runUid, decoded);
      }
      decoded.clear();
    } while (page.size() == PAGE);
  }

  /** By attempt: the epoch from which a later attempt replaces it. */
  private static Map<Integer, Integer> ends(TreeMap<Integer, Integer> firstEpochs) {
    Map<Integer, Integer> ends = new HashMap<>();
    int replacedFrom = Integer.MAX_VALUE;
    for (Map.Entry<Integer, Integer> attempt : firstEpochs.descendingMap().entrySet()) {
      ends.put(attempt.getKey(), replacedFrom);
      replacedFrom = Math.min(replacedFrom, attempt.getValue());
    }
    return ends;
  }

  private EpochObservation decode(Point point) {
    EpochObservation all = SignatureCodec.observation(point.record().orElseThrow());
    decoded.add(all);
    return new EpochObservation(
        all.attempt(),
        all.epoch(),
        all.previousEpoch(),
        named(all.distances()),
        named(all.values()));
  }

  private Map<String, Double> named(Map<String, Double> series) {
    Map<String, Double> named = new HashMap<>(series);
    named.keySet().retainAll(names);
    return named;
  }
}
