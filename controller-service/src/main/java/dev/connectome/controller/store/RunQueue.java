package dev.connectome.controller.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Runs that it is time to do something about, within one transaction. */
public final class RunQueue {

  /** The space of the locks on the number of live runs, one a launcher; no other lock has it. */
  private static final int LAUNCHES = 0x6c61756e;

  private final Handle handle;

  RunQueue(Handle handle) {
    this.handle = handle;
  }

  /**
   * Deletes runs that ended long ago, the oldest first, with their history.
   *
   * @param since for how long they must have ended
   * @param limit how many at most
   * @return the runs
   */
  public List<UUID> deleteEnded(Duration since, int limit) {
    return handle
        .createQuery(
            """
            DELETE FROM runs WHERE uid IN (
              SELECT uid FROM runs
              WHERE state IN ('STOPPED', 'COMPLETED', 'FAILED')
                AND end_time < now() - :millis * interval '1 millisecond'
              ORDER BY end_time LIMIT :limit FOR UPDATE SKIP LOCKED)
            RETURNING uid
            """)
        .bind("millis", since.toMillis())
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * The next run that waits for a launcher, in order of creation; locked.
   *
   * @param launcher the launcher
   * @return the run
   */
  public Optional<RunRow> lockNextToLaunch(String launcher) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'PENDING' AND launcher = :launcher AND launch_after <= now()
            ORDER BY create_time, uid LIMIT 1 FOR UPDATE OF runs SKIP LOCKED
            """)
        .bind("launcher", launcher)
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * How many runs of a launcher have a trainer. Nobody else counts them until the transaction ends,
   * so that two who both see room for one more do not both begin one.
   *
   * @param launcher the launcher
   * @param host only those whose trainers are processes of this machine; empty for all
   * @return the number
   */
  public int lockLiveRuns(String launcher, Optional<String> host) {
    handle.execute("SELECT pg_advisory_xact_lock(?, hashtext(?))", LAUNCHES, launcher);
    return handle
        .createQuery(
            """
            SELECT count(*) FROM runs JOIN attempts
              ON attempts.run_uid = runs.uid AND attempts.attempt = runs.attempt
            WHERE launcher = :launcher AND state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
              AND (CAST(:host AS text) IS NULL OR host IN (:host, ''))
            """)
        .bind("launcher", launcher)
        .bind("host", host.orElse(null))
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Runs whose heartbeats are missing; locked.
   *
   * @param since for how long
   * @return the runs
   */
  public List<RunRow> lockSilent(Duration since) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state IN ('RUNNING', 'STOPPING')
              AND last_heartbeat < now() - :millis * interval '1 millisecond'
            FOR UPDATE SKIP LOCKED
            """)
        .bind("millis", since.toMillis())
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * Runs whose trainer was started and has not registered, but for those that a cluster may keep
   * waiting.
   *
   * @param since for how long
   * @return the runs
   */
  public List<RunRow> unregistered(Duration since) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'STARTING' AND launcher <> 'KUBERNETES'
              AND last_heartbeat < now() - :millis * interval '1 millisecond'
            """)
        .bind("millis", since.toMillis())
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * Runs that have been LOST too long and whose trainer nobody here can look at: someone else
   * started it, or a controller on another machine; locked.
   *
   * @param since for how long
   * @param host what this machine is called
   * @return the runs
   */
  public List<RunRow> lockForsaken(Duration since, String host) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'LOST' AND last_heartbeat < now() - :millis * interval '1 millisecond'
              AND (launcher = 'EXTERNAL'
                OR EXISTS (SELECT FROM attempts WHERE attempts.run_uid = uid
                  AND attempts.attempt = runs.attempt AND host NOT IN (:host, '')))
            FOR UPDATE OF runs SKIP LOCKED
            """)
        .bind("millis", since.toMillis())
        .bind("host", host)
        .map((row, context) -> Rows.run(row))
        .list();
  }
}
