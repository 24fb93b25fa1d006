package dev.connectome.controller.store;

import java.time.Duration;
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
   * Counts the stops by policies within a time, but not before the last change of the setting.
   *
   * @param exceptPolicy is no policy, as a person's stop is none
   */
  public int recentStops(Duration window, String exceptPolicy) {
    return handle
        .createQuery(
            """
            SELECT count(*) FROM decisions, enforcement
            WHERE enforced AND policy_id NOT IN ('manual', :except)
              AND decide_time > greatest(now() - :millis * interval '1 millisecond', update_time)
            """)
        .bind("except", exceptPolicy)
        .bind("millis", window.toMillis())
        .mapTo(Integer.class)
        .one();
  }

  public int runningRuns() {
    return handle
        .createQuery("SELECT count(*) FROM runs WHERE state IN ('RUNNING', 'LOST')")
        .mapTo(Integer.class)
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
  public void update(boolean suspended, String reason, String actor) {
    handle.execute(
        "UPDATE enforcement SET suspended = ?, reason = ?, actor = ?, update_time = now()",
        suspended,
        reason,
        actor);
    handle.execute(
        """
        INSERT INTO enforcement_changes (suspended, reason, actor, update_time)
        SELECT suspended, reason, actor, update_time FROM enforcement
        """);
  }
}
