package dev.connectome.controller.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Runs that were deleted, by whatever way, within one transaction. */
public final class DeletedRunTable {

  private final Handle handle;

  DeletedRunTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Those of the runs that were deleted in this database longer ago than that, and whose files were
   * not promised to stay.
   */
  public Set<UUID> deletedBefore(Collection<UUID> runUids, Duration since) {
    return handle
        .createQuery(
            """
            SELECT run_uid FROM deleted_runs WHERE run_uid = ANY (:runs)
              AND delete_time < now() - :millis * interval '1 millisecond' AND NOT files_stay
            """)
        .bindArray("runs", UUID.class, List.copyOf(runUids))
        .bind("millis", since.toMillis())
        .mapTo(UUID.class)
        .set();
  }

  /** When each was deleted; runs that were not deleted in this database are left out. */
  public Map<UUID, Instant> deleteTimes(Collection<UUID> runUids) {
    return handle
        .createQuery("SELECT * FROM deleted_runs WHERE run_uid = ANY (:runs)")
        .bindArray("runs", UUID.class, List.copyOf(runUids))
        .map(
            (row, context) ->
                Map.entry(Rows.uuid(row, "run_uid"), row.getTimestamp("delete_time").toInstant()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
