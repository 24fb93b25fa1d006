package dev.connectome.controller.store;

import dev.connectome.controller.store.RunLog.NewSignature;
import dev.connectome.stopping.EpochObservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The ranges of the series of runs over all their signatures, within one transaction. */
public final class SeriesRangeTable {

  private static final int MAX_SERIES = 256;

  private final Handle handle;

  SeriesRangeTable(Handle handle) {
    this.handle = handle;
  }

  /** The finite values of a series are in this range. */
  public record Range(double lowest, double highest) {

    private Range extended(double value) {
      return value < lowest || value > highest
          ? new Range(Math.min(lowest, value), Math.max(highest, value))
          : this;
    }
  }

  /** By run and series; runs of which none is recorded are left out. */
  public Map<UUID, Map<String, Range>> of(List<UUID> runUids) {
    Map<UUID, Map<String, Range>> ranges = new HashMap<>();
    handle
        .createQuery("SELECT * FROM series_ranges WHERE run_uid = ANY (:runs)")
        .bindArray("runs", UUID.class, runUids)
        .map(
            (row, context) -> {
              String[] names = (String[]) row.getArray("names").getArray();
              Double[] lowest = (Double[]) row.getArray("lowest").getArray();
              Double[] highest = (Double[]) row.getArray("highest").getArray();
              Map<String, Range> series = new TreeMap<>();
              for (int i = 0; i < names.length; i++) {
                series.put(names[i], new Range(lowest[i], highest[i]));
              }
              return ranges.put(Rows.uuid(row, "run_uid"), series);
            })
        .list();
    return ranges;
  }

  /** Extends ranges by signatures that were stored, of runs that the caller has locked. */
  public void extend(List<NewSignature> stored) {
    if (stored.isEmpty()) {
      return;
    }
    List<UUID> runs = stored.stream().map(NewSignature::runUid).distinct().toList();
    Map<UUID, Map<String, Range>> ranges = of(runs);
    List<UUID> unknown = runs.stream().filter(run -> !ranges.containsKey(run)).toList();
    if (!unknown.isEmpty()) {
      derive(unknown);
    }
    Map<UUID, Map<String, Range>> changed = new TreeMap<>();
    for (NewSignature signature : stored) {
      @Nullable Map<String, Range> series = ranges.get(signature.runUid());
      if (series != null && extend(series, signature.numbers())) {
        changed.put(signature.runUid(), series);
      }
    }
    update(changed);
  }

  private static boolean extend(Map<String, Range> series, EpochObservation numbers) {
    boolean changed = false;
    for (Map<String, Double> values : List.of(numbers.distances(), numbers.values())) {
      for (Map.Entry<String, Double> value : values.entrySet()) {
        @Nullable Range before = series.get(value.getKey());
        if (Double.isFinite(value.getValue()) && (before != null || series.size() < MAX_SERIES)) {
          Range after =
              before == null
                  ? new Range(value.getValue(), value.getValue())
                  : before.extended(value.getValue());
          series.put(value.getKey(), after);
          changed |= !after.equals(before);
        }
      }
    }
    return changed;
  }

  private void update(Map<UUID, Map<String, Range>> ranges) {
    if (ranges.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE series_ranges SET names = :names, lowest = :lowest, highest = :highest
            WHERE run_uid = :run
            """);
    ranges.forEach(
        (run, series) ->
            batch
                .bind("run", run)
                .bindArray("names", String.class, new ArrayList<>(series.keySet()))
                .bindArray(
                    "lowest", Double.class, series.values().stream().map(Range::lowest).toList())
                .bindArray(
                    "highest", Double.class, series.values().stream().map(Range::highest).toList())
                .add());
    batch.execute();
  }

  /** Derives the ranges of runs from all their signatures, unless they are recorded. */
  public void derive(List<UUID> runUids) {
    handle
        .createUpdate(
            """
            INSERT INTO series_ranges (run_uid, names, lowest, highest)
            SELECT runs.uid,
              coalesce(array_agg(name ORDER BY name) FILTER (WHERE name IS NOT NULL), '{}'),
              coalesce(array_agg(low ORDER BY name) FILTER (WHERE name IS NOT NULL), '{}'),
              coalesce(array_agg(high ORDER BY name) FILTER (WHERE name IS NOT NULL), '{}')
            FROM runs LEFT JOIN LATERAL (
              SELECT name, min(value) AS low, max(value) AS high
              FROM signatures
                CROSS JOIN LATERAL unnest(series_names, series_values) AS point (name, value)
              WHERE run_uid = runs.uid AND value > '-Infinity' AND value < 'Infinity'
              GROUP BY name ORDER BY name LIMIT :most) AS series ON true
            WHERE runs.uid = ANY (:runs)
            GROUP BY runs.uid
            ON CONFLICT DO NOTHING
            """)
        .bindArray("runs", UUID.class, runUids)
        .bind("most", MAX_SERIES)
        .execute();
  }
}
