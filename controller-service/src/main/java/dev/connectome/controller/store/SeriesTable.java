package dev.connectome.controller.store;

import dev.connectome.stopping.EpochObservation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** The numbers of runs' signatures, within one transaction. */
public final class SeriesTable {

  private final Handle handle;

  SeriesTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * The newest point of a run.
   *
   * @param position of the signature that was stored last, whichever its epoch
   */
  public record Newest(int attempt, int epoch, long position) {}

  /**
   * By run; runs without signatures are left out. Takes the same time for a series of any length.
   */
  public Map<UUID, Newest> newest(List<UUID> runUids) {
    Map<UUID, Newest> newest = new HashMap<>();
    handle
        .createQuery(
            """
            SELECT requested.uid, point.attempt, point.epoch, latest.position
            FROM unnest(:runs) AS requested (uid)
            CROSS JOIN LATERAL (SELECT attempt, epoch FROM signatures WHERE run_uid = requested.uid
              ORDER BY attempt DESC, epoch DESC LIMIT 1) AS point
            CROSS JOIN LATERAL (SELECT position FROM signatures WHERE run_uid = requested.uid
              ORDER BY position DESC LIMIT 1) AS latest
            """)
        .bindArray("runs", UUID.class, runUids)
        .map(
            (row, context) ->
                newest.put(
                    Rows.uuid(row, "uid"),
                    new Newest(
                        row.getInt("attempt"), row.getInt("epoch"), row.getLong("position"))))
        .list();
    return newest;
  }

  /** The first epoch of each attempt, by attempt, in a run's log up to a position. */
  public TreeMap<Integer, Integer> firstEpochs(UUID runUid, long toPosition) {
    var first = new TreeMap<Integer, Integer>();
    handle
        .createQuery(
            """
            SELECT attempt, min(epoch) AS epoch FROM signatures
            WHERE run_uid = :run AND position <= :to GROUP BY attempt
            """)
        .bind("run", runUid)
        .bind("to", toPosition)
        .map((row, context) -> first.put(row.getInt("attempt"), row.getInt("epoch")))
        .list();
    return first;
  }

  /**
   * The numbers of one signature.
   *
   * @param numbers empty if they are only in the record
   * @param record the record; empty if the numbers are there
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Point(
      int attempt, int epoch, Optional<EpochObservation> numbers, Optional<byte[]> record) {}

  /**
   * The named series after an attempt and epoch, in order of both, in a run's log up to a position.
   */
  public List<Point> points(
      UUID runUid,
      int afterAttempt,
      int afterEpoch,
      long toPosition,
      Set<String> series,
      int limit) {
    List<String> names = List.copyOf(series);
    Query query =
        handle.createQuery(
            """
            SELECT attempt, epoch, previous_epoch,
              CASE WHEN series_names IS NULL THEN record END AS record%s
            FROM signatures
            WHERE run_uid = :run AND (attempt, epoch) > (:attempt, :epoch) AND position <= :to
            ORDER BY attempt, epoch LIMIT :limit
            """
                .formatted(SeriesColumns.selected(names.size())));
    for (int i = 0; i < names.size(); i++) {
      query.bind("name" + i, names.get(i));
    }
    return query
        .bind("run", runUid)
        .bind("attempt", afterAttempt)
        .bind("epoch", afterEpoch)
        .bind("to", toPosition)
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Point(
                    row.getInt("attempt"),
                    row.getInt("epoch"),
                    SeriesColumns.read(row, names),
                    Optional.ofNullable(row.getBytes("record"))))
        .list();
  }

  /** The names of all series of a run, in their order. */
  public List<String> names(UUID runUid) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT name FROM signatures CROSS JOIN LATERAL unnest(series_names) AS name
            WHERE run_uid = :run ORDER BY name
            """)
        .bind("run", runUid)
        .mapTo(String.class)
        .list();
  }

  /** Adds the numbers of signatures that were stored without. */
  public void fill(UUID runUid, List<EpochObservation> numbers) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE signatures SET previous_epoch = :previous, series_distances = :distances,
              series_names = :names, series_values = :values
            WHERE run_uid = :run AND attempt = :attempt AND epoch = :epoch
            """);
    for (EpochObservation observation : numbers) {
      SeriesColumns columns = SeriesColumns.of(observation);
      batch
          .bind("run", runUid)
          .bind("attempt", observation.attempt())
          .bind("epoch", observation.epoch())
          .bind("previous", columns.previousEpoch())
          .bind("distances", columns.distances())
          .bindArray("names", String.class, columns.names())
          .bindArray("values", Double.class, columns.values())
          .add();
    }
    batch.execute();
  }
}
