package dev.connectome.controller.store;

import dev.connectome.controller.run.LauncherType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /** The runs that ended first and longer ago than a period. */
  public List<UUID> ended(Duration since, Set<UUID> except, int limit) {
    return handle
        .createQuery(
            """
            SELECT uid FROM runs
            WHERE state IN ('STOPPED', 'COMPLETED', 'FAILED')
              AND end_time < now() - :millis * interval '1 millisecond' AND uid <> ALL (:except)
            ORDER BY end_time LIMIT :limit
            """)
        .bind("millis", since.toMillis())
        .bindArray("except", UUID.class, List.copyOf(except))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** Locks a run; returns false if there is none, or it has not ended or ended lately. */
  public boolean lockEnded(UUID uid, Duration since) {
    return handle
        .createQuery(
            """
            SELECT uid FROM runs WHERE uid = :uid AND state IN ('STOPPED', 'COMPLETED', 'FAILED')
              AND end_time < now() - :millis * interval '1 millisecond'
            FOR UPDATE
            """)
        .bind("uid", uid)
        .bind("millis", since.toMillis())
        .mapTo(UUID.class)
        .findOne()
        .isPresent();
  }

  /** The oldest run that waits for a launcher, but for some. */
  public Optional<RunRow> lockNextPending(LauncherType launcher, Set<UUID> except) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'PENDING' AND launcher = :launcher AND launch_after <= now()
              AND uid <> ALL (:except)
            ORDER BY create_time, uid LIMIT 1 FOR UPDATE OF runs SKIP LOCKED
            """)
        .bind("launcher", launcher.name())
        .bindArray("except", UUID.class, List.copyOf(except))
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

  /**
   * Locks a run, but for some, without a heartbeat for that long, in which the installation was up.
   */
  public Optional<RunRow> lockWithoutHeartbeat(Duration since, Set<UUID> except) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state IN ('RUNNING', 'STOPPING')
              AND greatest(last_heartbeat, (SELECT up_since FROM installation))
                < now() - :millis * interval '1 millisecond'
              AND uid <> ALL (:except)
            LIMIT 1 FOR UPDATE OF runs, heartbeats SKIP LOCKED
            """)
        .bind("millis", since.toMillis())
        .bindArray("except", UUID.class, List.copyOf(except))
        .map((row, context) -> Rows.run(row))
        .findOne();
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

  /**
   * Locks a LOST run, but for some, whose trainer this controller cannot observe: external, or on
   * another machine.
   */
  public Optional<RunRow> lockUnobservable(Lost lost, String host, Set<UUID> except) {
    return lockLost(
        """
        launcher = 'EXTERNAL'
          OR EXISTS (SELECT FROM attempts WHERE attempts.run_uid = uid
            AND attempts.attempt = runs.attempt AND host NOT IN (:host, ''))
        """,
        lost,
        host,
        except);
  }

  /**
   * Locks a LOST run, but for some, whose trainer a launcher can observe, and still has, though
   * nobody wants it gone.
   */
  public Optional<RunRow> lockHung(Lost lost, String host, Set<UUID> except) {
    return lockLost(
        """
        EXISTS (SELECT FROM attempts WHERE attempts.run_uid = uid
          AND attempts.attempt = runs.attempt AND attempts.end_time IS NULL AND wanted <> 'GONE'
          AND (launcher = 'KUBERNETES' OR (launcher = 'LOCAL' AND host IN (:host, ''))))
        """,
        lost,
        host,
        except);
  }

  private Optional<RunRow> lockLost(String condition, Lost lost, String host, Set<UUID> except) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'LOST'
              AND greatest(lost_time,
                  (SELECT up_since FROM installation) + :comeBackMillis * interval '1 millisecond')
                < now() - :millis * interval '1 millisecond'
              AND (%s)
              AND uid <> ALL (:except)
            LIMIT 1 FOR UPDATE OF runs SKIP LOCKED
            """
                .formatted(condition))
        .bind("millis", lost.since().toMillis())
        .bind("comeBackMillis", lost.comeBack().toMillis())
        .bind("host", host)
        .bindArray("except", UUID.class, List.copyOf(except))
        .map((row, context) -> Rows.run(row))
        .findOne();
  }
}
