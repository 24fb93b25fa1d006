package dev.connectome.controller.store;

import dev.connectome.controller.run.Notice;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The outbox of notifications. */
public final class NotificationTable {

  private static final long SPREAD_LOCK = 0x6e6f746966790001L;

  private final Handle handle;

  NotificationTable(Handle handle) {
    this.handle = handle;
  }

  /** Notes an event of a run that this transaction has locked. */
  void add(Notice notice, UUID runUid, long position) {
    handle
        .createUpdate(
            """
            INSERT INTO notifications
              (order_key, notice, subject, position, event_time, kind, actor, message, state, attempt)
            SELECT CAST(uid AS text), :notice, 'runs/' || run_id, events.position, event_time, kind, actor,
              message, events.state, events.attempt
            FROM events JOIN runs ON uid = run_uid WHERE run_uid = :run AND events.position = :position
            """)
        .bind("notice", notice.name())
        .bind("run", runUid)
        .bind("position", position)
        .execute();
  }

  /** Notes the latest change of the enforcement. */
  void addEnforcementChange() {
    handle
        .createUpdate(
            """
            INSERT INTO notifications
              (order_key, notice, subject, position, event_time, kind, actor, message, state, attempt)
            SELECT 'enforcement', :notice, 'enforcement', change_id, update_time,
              CASE WHEN suspended THEN 'SUSPENDED' ELSE 'RESUMED' END, actor, reason, '', 0
            FROM enforcement_changes ORDER BY change_id DESC LIMIT 1
            """)
        .bind("notice", Notice.ENFORCEMENT_CHANGED.name())
        .execute();
  }

  /**
   * Takes the oldest notifications out, in order. What happens to a run has ascending ids in the
   * order of commits, since its row is locked; only one controller takes at a time, so that none is
   * ahead of an earlier one.
   */
  public List<NotificationRow> take(int limit) {
    boolean alone =
        handle
            .createQuery("SELECT pg_try_advisory_xact_lock(:lock)")
            .bind("lock", SPREAD_LOCK)
            .mapTo(Boolean.class)
            .one();
    if (!alone) {
      return List.of();
    }
    return handle
        .createQuery(
            """
            DELETE FROM notifications
            WHERE id IN (SELECT id FROM notifications ORDER BY id LIMIT :limit) RETURNING *
            """)
        .bind("limit", limit)
        .map(
            (row, context) ->
                new NotificationRow(
                    row.getLong("id"),
                    row.getString("order_key"),
                    Notice.valueOf(row.getString("notice")),
                    row.getString("subject"),
                    Rows.event(row)))
        .stream()
        .sorted(Comparator.comparingLong(NotificationRow::id))
        .toList();
  }

  /** Adds deliveries; attempts are not read. */
  public void insert(List<DeliveryRow> deliveries) {
    if (deliveries.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO notification_deliveries (endpoint, id, order_key, event_id, event)
            VALUES (:endpoint, :id, :key, :eventId, :event)
            """);
    for (DeliveryRow delivery : deliveries) {
      batch
          .bind("endpoint", delivery.endpoint())
          .bind("id", delivery.id())
          .bind("key", delivery.orderKey())
          .bind("eventId", delivery.eventId())
          .bind("event", delivery.event())
          .add();
    }
    batch.execute();
  }

  /**
   * Takes the oldest delivery that is due and behind no other of its order key, for a time in which
   * nobody else takes it.
   */
  public Optional<DeliveryRow> lease(String endpoint, Duration time) {
    return handle
        .createQuery(
            """
            UPDATE notification_deliveries
            SET attempts = attempts + 1, next_time = now() + :millis * interval '1 millisecond'
            WHERE endpoint = :endpoint AND id = (
              SELECT id FROM notification_deliveries AS due
              WHERE endpoint = :endpoint AND next_time <= now() AND NOT EXISTS (
                SELECT 1 FROM notification_deliveries AS earlier
                WHERE earlier.endpoint = due.endpoint AND earlier.order_key = due.order_key
                  AND earlier.id < due.id)
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """)
        .bind("endpoint", endpoint)
        .bind("millis", time.toMillis())
        .map(
            (row, context) ->
                new DeliveryRow(
                    row.getString("endpoint"),
                    row.getLong("id"),
                    row.getString("order_key"),
                    row.getString("event_id"),
                    row.getString("event"),
                    row.getInt("attempts")))
        .findOne();
  }

  public void delivered(DeliveryRow delivery) {
    handle.execute(
        "DELETE FROM notification_deliveries WHERE endpoint = ? AND id = ?",
        delivery.endpoint(),
        delivery.id());
  }

  public void failed(DeliveryRow delivery, Duration pause, String error) {
    handle
        .createUpdate(
            """
            UPDATE notification_deliveries
            SET next_time = now() + :millis * interval '1 millisecond', last_error = :error
            WHERE endpoint = :endpoint AND id = :id
            """)
        .bind("millis", pause.toMillis())
        .bind("error", error)
        .bind("endpoint", delivery.endpoint())
        .bind("id", delivery.id())
        .execute();
  }

  /** Gives up what is too old. Returns how many of each endpoint. */
  public Map<String, Integer> deleteOlderThan(Duration age) {
    Map<String, Integer> deleted = new HashMap<>();
    handle
        .createQuery(
            """
            DELETE FROM notification_deliveries
            WHERE create_time < now() - :millis * interval '1 millisecond' RETURNING endpoint
            """)
        .bind("millis", age.toMillis())
        .mapTo(String.class)
        .forEach(endpoint -> deleted.merge(endpoint, 1, Integer::sum));
    return deleted;
  }

  /** What waits for an endpoint, and since when. */
  public record Backlog(long waiting, Duration oldest) {
    public static final Backlog NONE = new Backlog(0, Duration.ZERO);
  }

  /** By endpoint; none for those for which nothing waits. */
  public Map<String, Backlog> backlogs() {
    Map<String, Backlog> backlogs = new HashMap<>();
    handle
        .createQuery(
            """
            SELECT endpoint, count(*) AS waiting,
              extract(epoch FROM now() - min(create_time)) * 1000 AS millis
            FROM notification_deliveries GROUP BY endpoint
            """)
        .map(
            (row, context) ->
                backlogs.put(
                    row.getString("endpoint"),
                    new Backlog(
                        row.getLong("waiting"), Duration.ofMillis((long) row.getDouble("millis")))))
        .list();
    return backlogs;
  }
}
