package dev.connectome.controller.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The outbox of stop commands, within one transaction. */
public final class StopTable {

  private final Handle handle;

  StopTable(Handle handle) {
    this.handle = handle;
  }

  /** Inserts a command that is due at once. */
  public void insert(
      UUID commandId,
      UUID runUid,
      int attempt,
      String mode,
      String reason,
      Optional<Integer> restoreEpoch,
      Duration grace) {
    handle
        .createUpdate(
            """
            INSERT INTO stop_commands (command_id, run_uid, attempt, mode, reason, restore_epoch, deadline)
            VALUES (:id, :run, :attempt, :mode, :reason, :restore, now() + :millis * interval '1 millisecond')
            """)
        .bind("id", commandId)
        .bind("run", runUid)
        .bind("attempt", attempt)
        .bind("mode", mode)
        .bind("reason", reason)
        .bind("restore", restoreEpoch.orElse(null))
        .bind("millis", grace.toMillis())
        .execute();
  }

  public Optional<StopRow> latest(UUID runUid) {
    return handle
        .createQuery(
            "SELECT * FROM stop_commands WHERE run_uid = :run ORDER BY create_time DESC LIMIT 1")
        .bind("run", runUid)
        .map((row, context) -> Rows.stop(row))
        .findOne();
  }

  /** By run; runs without a command are left out. */
  public Map<UUID, StopRow> latest(List<UUID> runUids) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT ON (run_uid) * FROM stop_commands WHERE run_uid = ANY (:runs)
            ORDER BY run_uid, create_time DESC
            """)
        .bindArray("runs", UUID.class, runUids)
        .map((row, context) -> Rows.stop(row))
        .collect(Collectors.toMap(StopRow::runUid, Function.identity()));
  }

  /** The run's command that has not finished. */
  public Optional<StopRow> unfinished(UUID runUid) {
    return latest(runUid).filter(stop -> stop.finishTime().isEmpty());
  }

  /** By run; runs without an unfinished command are left out. */
  public Map<UUID, StopRow> unfinished(List<UUID> runUids) {
    return handle
        .createQuery(
            "SELECT * FROM stop_commands WHERE run_uid = ANY (:runs) AND finish_time IS NULL")
        .bindArray("runs", UUID.class, runUids)
        .map((row, context) -> Rows.stop(row))
        .collect(Collectors.toMap(StopRow::runUid, Function.identity()));
  }

  /** Raises the mode of a command and makes it due at once. */
  public void upgrade(UUID commandId, String mode) {
    handle.execute(
        """
        UPDATE stop_commands SET mode = ?, phase = 'PENDING', next_push_time = now(), lease_until = NULL
        WHERE command_id = ? AND finish_time IS NULL
        """,
        mode,
        commandId);
  }

  /**
   * Leases commands that are due. Those for processes of other machines are left to the controllers
   * there, which can reach them.
   */
  public List<StopRow> lease(String host, Duration lease, int limit) {
    return handle
        .createQuery(
            """
            UPDATE stop_commands SET push_attempts = push_attempts + 1,
              lease_until = now() + :millis * interval '1 millisecond'
            WHERE command_id IN (
              SELECT command_id FROM stop_commands LEFT JOIN attempts USING (run_uid, attempt)
              WHERE finish_time IS NULL AND phase = 'PENDING' AND next_push_time <= now()
                AND (lease_until IS NULL OR lease_until < now())
                AND (host IS NULL OR host IN (:host, ''))
              ORDER BY next_push_time LIMIT :limit FOR UPDATE OF stop_commands SKIP LOCKED)
            RETURNING *
            """)
        .bind("host", host)
        .bind("millis", lease.toMillis())
        .bind("limit", limit)
        .map((row, context) -> Rows.stop(row))
        .list();
  }

  /**
   * Records an acknowledgement, even after escalation or the trainer's end. Returns true for the
   * first of this mode: a command whose mode was raised since it was pushed is pushed again.
   */
  public boolean acknowledge(UUID commandId, String mode) {
    return handle.execute(
            """
            UPDATE stop_commands SET acknowledge_time = now(),
              last_error = CASE WHEN phase = 'PENDING' THEN '' ELSE last_error END,
              lease_until = CASE WHEN phase = 'PENDING' THEN NULL ELSE lease_until END,
              phase = CASE WHEN phase = 'PENDING' THEN 'ACKNOWLEDGED' ELSE phase END
            WHERE command_id = ? AND mode = ? AND (phase = 'PENDING' OR acknowledge_time IS NULL)
            """,
            commandId,
            mode)
        == 1;
  }

  /** Records the acknowledgement that a trainer's outcome implies; returns true for the first. */
  public boolean acknowledgeByOutcome(UUID runUid, int attempt, UUID commandId) {
    return handle.execute(
            """
            UPDATE stop_commands SET acknowledge_time = now()
            WHERE command_id = ? AND run_uid = ? AND attempt = ? AND acknowledge_time IS NULL
            """,
            commandId,
            runUid,
            attempt)
        == 1;
  }

  /**
   * Schedules the next push, unless the command was pushed again, acknowledged or finished since.
   */
  public void pushFailed(StopRow pushed, String error, Duration pause) {
    handle
        .createUpdate(
            """
            UPDATE stop_commands SET last_error = :error, lease_until = NULL,
              next_push_time = now() + :millis * interval '1 millisecond'
            WHERE command_id = :id AND push_attempts = :pushes AND mode = :mode
              AND phase = 'PENDING' AND finish_time IS NULL
            """)
        .bind("id", pushed.commandId())
        .bind("pushes", pushed.pushAttempts())
        .bind("mode", pushed.mode())
        .bind("error", error)
        .bind("millis", pause.toMillis())
        .execute();
  }

  /**
   * Commands past their deadline whose trainer nobody is terminating, the most overdue first. That
   * includes escalations whose lease ran out, since their controller may have died.
   *
   * @param grace how long past the deadline a process is left to the controller that supervises it
   */
  public List<StopRow> overdue(String controller, Duration grace, int limit) {
    return handle
        .createQuery(
            """
            SELECT stop_commands.* FROM stop_commands LEFT JOIN attempts USING (run_uid, attempt)
            WHERE finish_time IS NULL AND deadline < now()
              AND (phase <> 'ESCALATED' OR lease_until IS NULL OR lease_until < now())
              AND (controller IS NULL OR controller = :controller
                OR deadline < now() - :millis * interval '1 millisecond')
            ORDER BY deadline LIMIT :limit
            """)
        .bind("controller", controller)
        .bind("millis", grace.toMillis())
        .bind("limit", limit)
        .map((row, context) -> Rows.stop(row))
        .list();
  }

  /**
   * Escalates an overdue command of a run that the caller has locked; returns false if another
   * controller has.
   */
  public boolean escalate(UUID commandId, Duration lease) {
    return handle.execute(
            """
            UPDATE stop_commands SET phase = 'ESCALATED',
              lease_until = now() + ? * interval '1 millisecond'
            WHERE command_id = ? AND finish_time IS NULL AND deadline < now()
              AND (phase <> 'ESCALATED' OR lease_until IS NULL OR lease_until < now())
            """,
            lease.toMillis(),
            commandId)
        == 1;
  }

  /**
   * The commands that are not carried out.
   *
   * @param oldestPending the age of the oldest that no trainer has acknowledged
   * @param pushes of all of them
   */
  public record Outbox(int unfinished, Duration oldestPending, int pushes) {}

  public Outbox outbox() {
    return handle
        .createQuery(
            """
            SELECT count(*) AS unfinished, coalesce(sum(push_attempts), 0) AS pushes,
              coalesce((extract(epoch FROM now() - min(create_time)
                FILTER (WHERE acknowledge_time IS NULL)) * 1000)::bigint, 0) AS oldest
            FROM stop_commands WHERE finish_time IS NULL
            """)
        .map(
            (row, context) ->
                new Outbox(
                    row.getInt("unfinished"),
                    Duration.ofMillis(row.getLong("oldest")),
                    row.getInt("pushes")))
        .one();
  }

  /** Finishes the run's unfinished command, if it has one. */
  public void finish(UUID runUid, String phase) {
    handle.execute(
        """
        UPDATE stop_commands SET phase = ?, finish_time = now(), lease_until = NULL
        WHERE run_uid = ? AND finish_time IS NULL
        """,
        phase,
        runUid);
  }
}
