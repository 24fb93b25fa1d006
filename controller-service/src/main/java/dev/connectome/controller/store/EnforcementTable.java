package dev.connectome.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether decisions stop runs, within one transaction. */
public final class EnforcementTable {

  private final Handle handle;

  EnforcementTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Reads it.
   *
   * @return what is in force
   */
  public EnforcementRow read() {
    return handle
        .createQuery("SELECT * FROM enforcement")
        .map((row, context) -> Rows.enforcement(row))
        .one();
  }

  /**
   * A change that was made.
   *
   * @param changeId its number; later changes have larger ones
   * @param after what was in force after it
   */
  public record Change(long changeId, EnforcementRow after) {}

  /**
   * Changes that were made, the newest first.
   *
   * @param before only those with smaller numbers; 0 for all
   * @param limit how many at most
   * @return the changes
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

  /**
   * Changes it, and keeps on record that it was changed.
   *
   * @param suspended whether decisions are only recorded
   * @param reason why
   * @param actor who asks
   */
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
