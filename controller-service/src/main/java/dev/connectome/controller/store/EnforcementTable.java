package dev.connectome.controller.store;

import dev.connectome.controller.run.Actor;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether decisions stop runs, and the history of that setting. */
public final class EnforcementTable {

  private static final long DECISION_LOCK = 0x6465636964650001L;

  private final Handle handle;

  EnforcementTable(Handle handle) {
    this.handle = handle;
  }

  public EnforcementRow read() {
    return handle
        .createQuery("SELECT * FROM enforcement")
        .map((row, context) -> Rows.enforcement(row))
        .one();
  }

  /**
   * Reads it for a decision: until the transaction ends, no other decision is made and the setting
   * does not change.
   */
  public EnforcementRow lockForDecision() {
    handle.execute("SELECT pg_advisory_xact_lock(?)", DECISION_LOCK);
    return handle
        .createQuery("SELECT * FROM enforcement FOR SHARE")
        .map((row, context) -> Rows.enforcement(row))
        .one();
  }

  /**
   * The runs that were running when the first of the latest stops by policies was decided.
   *
   * @param stopped by policies since then
   * @param running still
   */
  public record Cohort(int stopped, int running) {}

  /**
   * The cohort of the stops within a time, but not before the last change of the setting.
   *
   * @param except ids that are no policies
   */
  public Cohort latestStops(Duration window, Collection<String> except) {
    return handle
        .createQuery(
            """
            WITH stops AS (
              SELECT run_uid, decide_time FROM decisions, enforcement
              WHERE enforced AND policy_id <> ALL (:except)
                AND decide_time > greatest(now() - :millis * interval '1 millisecond', update_time)),
            begin AS (SELECT min(decide_time) AS time FROM stops)
            SELECT
              (SELECT count(*) FROM stops JOIN runs ON uid = run_uid, begin
                WHERE start_time <= begin.time) AS stopped,
              (SELECT count(*) FROM runs, begin
                WHERE state IN ('RUNNING', 'LOST') AND start_time <= begin.time) AS running
            """)
        .bindArray("except", String.class, List.copyOf(except))
        .bind("millis", window.toMillis())
        .map((row, context) -> new Cohort(row.getInt("stopped"), row.getInt("running")))
        .one();
  }

  public record Change(long changeId, EnforcementRow after) {}

  /**
   * Newest first.
   *
   * @param before an exclusive upper bound on change ids; 0 for none
   */
  public List<Change> changes(long before, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM enforcement_changes WHERE :before = 0 OR change_id < :before
            ORDER BY change_id DESC LIMIT :limit
            """)
        .bind("before", before)
        .bind("limit", limit)
        .map((row, context) -> new Change(row.getLong("change_id"), Rows.enforcement(row)))
        .list();
  }

  /** Changes the setting and adds the change to its history. */
  public void update(boolean suspended, String reason, Actor actor) {
    handle.execute(
        "UPDATE enforcement SET suspended = ?, reason = ?, actor = ?, update_time = now()",
        suspended,
        reason,
        actor.name());
    handle.execute(
        """
        INSERT INTO enforcement_changes (suspended, reason, actor, update_time)
        SELECT suspended, reason, actor, update_time FROM enforcement
        """);
    new NotificationTable(handle).addEnforcementChange();
  }
}
