package dev.connectome.controller.store;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Which Jobs of the cluster are being deleted, within one transaction. */
public final class JobDeletionTable {

  private final Handle handle;

  JobDeletionTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Whether the caller is to delete a Job: one of all controllers, and again only if nothing came
   * of it for that long.
   */
  public boolean claim(String namespace, String job, Duration again) {
    handle.execute(
        """
        DELETE FROM job_deletions WHERE (namespace, job) IN (
          SELECT namespace, job FROM job_deletions WHERE delete_time < now() - interval '1 day'
          LIMIT 100 FOR UPDATE SKIP LOCKED)
        """);
    return handle.execute(
            """
            INSERT INTO job_deletions AS known (namespace, job) VALUES (?, ?)
            ON CONFLICT (namespace, job) DO UPDATE SET delete_time = now()
              WHERE known.delete_time < now() - ? * interval '1 millisecond'
            """,
            namespace,
            job,
            again.toMillis())
        == 1;
  }

  /** Says that the Job was not deleted after all. */
  public void release(String namespace, String job) {
    handle.execute("DELETE FROM job_deletions WHERE namespace = ? AND job = ?", namespace, job);
  }
}
