package dev.connectome.controller.store;

import dev.connectome.controller.run.LauncherType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Runs that are due: to be launched, to be marked LOST or failed, to be deleted. */
public final class RunQueue {

  /** The class of the advisory locks on the number of live runs, one lock a launcher. */
  private static final int LAUNCH_LOCK_CLASS = 0x6c61756e;

  private final Handle handle;

  RunQueue(Handle handle) {
    this.handle = handle;
  }

  /** Deletes the runs that ended first, with their history. */
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

  /** The oldest run that waits for a launcher. */
  public Optional<RunRow> lockNextPending(LauncherType launcher) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'PENDING' AND launcher = :launcher AND launch_after <= now()
            ORDER BY create_time, uid LIMIT 1 FOR UPDATE OF runs SKIP LOCKED
            """)
        .bind("launcher", launcher.name())
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * Counts the runs of a launcher that have a trainer. The count stays locked until the transaction
   * ends, so that two controllers that see room for one more run do not both start one.
   *
   * @param host counts only runs whose trainers are processes of this machine; empty counts all
   */
  public int lockLiveRunCount(LauncherType launcher, Optional<String> host) {
    handle.execute(
        "SELECT pg_advisory_xact_lock(?, hashtext(?))", LAUNCH_LOCK_CLASS, launcher.name());
    return handle
        .createQuery(
            """
            SELECT count(*) FROM runs JOIN attempts
              ON attempts.run_uid = runs.uid AND attempts.attempt = runs.attempt
            WHERE launcher = :launcher AND state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
              AND (CAST(:host AS text) IS NULL OR host IN (:host, ''))
            """)
        .bind("launcher", launcher.name())
        .bind("host", host.orElse(null))
        .mapTo(Integer.class)
        .one();
  }

  /** Runs without a heartbeat for that long, in which the installation was up. */
  public List<RunRow> lockWithoutHeartbeat(Duration since) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state IN ('RUNNING', 'STOPPING')
              AND greatest(last_heartbeat, (SELECT up_since FROM installation))
                < now() - :millis * interval '1 millisecond'
            FOR UPDATE OF runs, heartbeats SKIP LOCKED
            """)
        .bind("millis", since.toMillis())
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * Runs whose trainer was started and has not registered. On Kubernetes the launcher checks that.
   */
  public List<RunRow> unregistered(Duration since) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'STARTING' AND launcher <> 'KUBERNETES'
              AND greatest(last_heartbeat, (SELECT up_since FROM installation))
                < now() - :millis * interval '1 millisecond'
            """)
        .bind("millis", since.toMillis())
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * How long runs have been LOST. What nobody can have noticed does not count: the time counts from
   * the state's own beginning, and not before trainers had the time to come back to an installation
   * that was down.
   *
   * @param comeBack how long a trainer may take to come back
   */
  public record Lost(Duration since, Duration comeBack) {}

  /** LOST runs whose trainer this controller cannot observe: external, or on another machine. */
  public List<RunRow> lockUnobservable(Lost lost, String host) {
    return lockLost(
        """
        launcher = 'EXTERNAL'
          OR EXISTS (SELECT FROM attempts WHERE attempts.run_uid = uid
            AND attempts.attempt = runs.attempt AND host NOT IN (:host, ''))
        """,
        lost,
        host);
  }

  /** LOST runs whose trainer a launcher can observe, and still has, though nobody wants it gone. */
  public List<RunRow> lockHung(Lost lost, String host) {
    return lockLost(
        """
        EXISTS (SELECT FROM attempts WHERE attempts.run_uid = uid
          AND attempts.attempt = runs.attempt AND attempts.end_time IS NULL AND wanted <> 'GONE'
          AND (launcher = 'KUBERNETES' OR (launcher = 'LOCAL' AND host IN (:host, ''))))
        """,
        lost,
        host);
  }

  private List<RunRow> lockLost(String condition, Lost lost, String host) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'LOST'
              AND greatest(lost_time,
                  (SELECT up_since FROM installation) + :comeBackMillis * interval '1 millisecond')
                < now() - :millis * interval '1 millisecond'
              AND (%s)
            FOR UPDATE OF runs SKIP LOCKED
            """
                .formatted(condition))
        .bind("millis", lost.since().toMillis())
        .bind("comeBackMillis", lost.comeBack().toMillis())
        .bind("host", host)
        .map((row, context) -> Rows.run(row))
        .list();
  }
}
