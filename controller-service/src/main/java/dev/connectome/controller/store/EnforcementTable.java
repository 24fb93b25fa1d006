package dev.connectome.controller.store;

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
        .map(
            (row, context) ->
                new EnforcementRow(
                    row.getBoolean("suspended"),
                    row.getString("reason"),
                    row.getString("actor"),
                    row.getTimestamp("update_time").toInstant()))
        .one();
  }

  /**
   * Changes it.
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
  }
}
