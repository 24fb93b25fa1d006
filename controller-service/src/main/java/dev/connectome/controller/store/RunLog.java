package dev.connectome.controller.store;

import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.Notice;
import dev.connectome.controller.run.RunState;
import dev.connectome.stopping.EpochObservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The logs of runs: their events and signatures. Every entry has the next position of its run, and
 * nothing but appending gives positions.
 */
public final class RunLog {

  private final Handle handle;
  private final NotificationTable notifications;

  RunLog(Handle handle) {
    this.handle = handle;
    this.notifications = new NotificationTable(handle);
  }

  /** An entry to append. */
  public sealed interface Entry {
    UUID runUid();
  }

  /**
   * An event.
   *
   * @param state the run's state after it
   */
  public record NewEvent(UUID runUid, EventKind kind, Actor actor, String message, RunState state)
      implements Entry {}

  /**
   * A signature.
   *
   * @param late whether a later point was evaluated before it
   * @param numbers what stopping rules see of it
   * @param record as received
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record NewSignature(UUID runUid, boolean late, EpochObservation numbers, byte[] record)
      implements Entry {}

  /** The position before a run's new entries, and its newest attempt. */
  private record Tail(long position, int attempt) {}

  /**
   * Appends entries in their order, which locks their runs; the caller of entries of several runs
   * has locked them. Signatures must be new. Returns the new position of each run.
   */
  public Map<UUID, Long> append(List<? extends Entry> entries) {
    Map<UUID, Integer> counts = new LinkedHashMap<>();
    entries.forEach(entry -> counts.merge(entry.runUid(), 1, Integer::sum));
    Map<UUID, Tail> tails = takePositions(counts);
    Map<UUID, Long> positions = new HashMap<>();
    tails.forEach((uid, tail) -> positions.put(uid, tail.position()));
    List<NewEvent> events = new ArrayList<>();
    List<NewSignature> signatures = new ArrayList<>();
    List<Long> eventPositions = new ArrayList<>();
    List<Long> signaturePositions = new ArrayList<>();
    for (Entry entry : entries) {
      long position = positions.merge(entry.runUid(), 1L, Long::sum);
      if (entry instanceof NewEvent event) {
        events.add(event);
        eventPositions.add(position);
      } else if (entry instanceof NewSignature signature) {
        signatures.add(signature);
        signaturePositions.add(position);
      }
    }
    insertEvents(events, eventPositions, tails);
    insertSignatures(signatures, signaturePositions);
    return positions;
  }

  /** Whether the newest event of a run is of a kind, and younger than that. */
  public boolean isNewest(UUID runUid, EventKind kind, Duration age) {
    return handle
        .createQuery(
            """
            SELECT kind = :kind AND event_time > now() - :millis * interval '1 millisecond'
            FROM events WHERE run_uid = :run ORDER BY position DESC LIMIT 1
            """)
        .bind("run", runUid)
        .bind("kind", kind.name())
        .bind("millis", age.toMillis())
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  private Map<UUID, Tail> takePositions(Map<UUID, Integer> counts) {
    Map<UUID, Tail> tails = new HashMap<>();
    handle
        .createQuery(
            """
            UPDATE runs SET position = position + added.entries, update_time = now()
            FROM unnest(:uids, :counts) AS added (uid, entries) WHERE runs.uid = added.uid
            RETURNING runs.uid, position - added.entries AS before, attempt
            """)
        .bindArray("uids", UUID.class, new ArrayList<>(counts.keySet()))
        .bindArray("counts", Integer.class, new ArrayList<>(counts.values()))
        .map(
            (row, context) ->
                tails.put(
                    Rows.uuid(row, "uid"), new Tail(row.getLong("before"), row.getInt("attempt"))))
        .list();
    if (!tails.keySet().equals(counts.keySet())) {
      throw new IllegalStateException("entries of runs that do not exist: " + counts.keySet());
    }
    return tails;
  }

  private void insertEvents(List<NewEvent> events, List<Long> positions, Map<UUID, Tail> tails) {
    if (events.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
            VALUES (:run, :position, :kind, :actor, :message, :state, :attempt)
            """);
    for (int i = 0; i < events.size(); i++) {
      NewEvent event = events.get(i);
      batch
          .bind("run", event.runUid())
          .bind("position", positions.get(i))
          .bind("kind", event.kind().name())
          .bind("actor", event.actor().name())
          .bind("message", event.message())
          .bind("state", event.state().name())
          .bind("attempt", Objects.requireNonNull(tails.get(event.runUid())).attempt())
          .add();
    }
    batch.execute();
    for (int i = 0; i < events.size(); i++) {
      NewEvent event = events.get(i);
      long position = positions.get(i);
      Notice.of(event.kind(), event.state())
          .ifPresent(notice -> notifications.add(notice, event.runUid(), position));
    }
  }

  private void insertSignatures(List<NewSignature> signatures, List<Long> positions) {
    if (signatures.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO signatures (run_uid, attempt, epoch, position, late, record,
              previous_epoch, series_distances, series_names, series_values)
            VALUES (:run, :attempt, :epoch, :position, :late, :record,
              :previous, :distances, :names, :values)
            """);
    for (int i = 0; i < signatures.size(); i++) {
      NewSignature signature = signatures.get(i);
      SeriesColumns columns = SeriesColumns.of(signature.numbers());
      batch
          .bind("run", signature.runUid())
          .bind("attempt", signature.numbers().attempt())
          .bind("epoch", signature.numbers().epoch())
          .bind("position", positions.get(i))
          .bind("late", signature.late())
          .bind("record", signature.record())
          .bind("previous", columns.previousEpoch())
          .bind("distances", columns.distances())
          .bindArray("names", String.class, columns.names())
          .bindArray("values", Double.class, columns.values())
          .add();
    }
    batch.execute();
  }
}
