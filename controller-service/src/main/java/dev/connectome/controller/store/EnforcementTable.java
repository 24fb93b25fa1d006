package dev.connectome.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether decisions stop runs, and the history of that setting. */
public final class EnforcementTable {

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
