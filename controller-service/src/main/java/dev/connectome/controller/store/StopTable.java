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

  /**
   * Adds a command, to be pushed at once.
   *
   * @param commandId the command
   * @param runUid the run
   * @param attempt the attempt meant
   * @param mode how soon
   * @param reason why
   * @param restoreEpoch the epoch whose weights to keep
   * @param grace how long the trainer has
   */
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

  /**
   * The latest command of a run.
   *
   * @param runUid the run
   * @return the command
   */
  public Optional<StopRow> latest(UUID runUid) {
    return handle
        .createQuery(
            "SELECT * FROM stop_commands WHERE run_uid = :run ORDER BY create_time DESC LIMIT 1")
        .bind("run", runUid)
        .map((row, context) -> Rows.stop(row))
        .findOne();
  }

  /**
   * The latest command of each of several runs.
   *
   * @param runUids the runs
   * @return the commands by run; nothing for a run without
   */
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

  /**
   * The command of a run that is being carried out.
   *
   * @param runUid the run
   * @return the command
   */
  public Optional<StopRow> open(UUID runUid) {
    return latest(runUid).filter(stop -> stop.finishTime().isEmpty());
  }

  /**
   * The commands of several runs that are being carried out.
   *
   * @param runUids the runs
   * @return the commands by run
   */
  public Map<UUID, StopRow> open(List<UUID> runUids) {
    return handle
        .createQuery(
            "SELECT * FROM stop_commands WHERE run_uid = ANY (:runs) AND finish_time IS NULL")
        .bindArray("runs", UUID.class, runUids)
        .map((row, context) -> Rows.stop(row))
        .collect(Collectors.toMap(StopRow::runUid, Function.identity()));
  }

  /**
   * Makes a command more urgent, to be pushed again at once.
   *
   * @param commandId the command
   * @param mode how soon
   */
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
   * Takes commands that are due to be pushed, so that nobody else pushes them for a while. Those
   * for processes of other machines are left to the controllers there, who can reach them.
   *
   * @param host what this machine is called
   * @param lease for how long
   * @param limit how many at most
   * @return the commands
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
   * Notes an acknowledgement, also one that comes when the trainer is being ended by force or has
   * ended.
   *
   * @param commandId the command
   * @param mode the mode that was pushed; one that has become more urgent since is to be pushed
   *     again
   * @return whether it is the first of this mode
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

  /**
   * Notes that a trainer has obeyed a command, which acknowledges it if nothing has before.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param commandId the command that the trainer names
   * @return whether it had not been acknowledged
   */
  public boolean obeyed(UUID runUid, int attempt, UUID commandId) {
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
   * Notes that a push failed, unless the command has been pushed again, answered or ended since.
   *
   * @param pushed the command as it was pushed
   * @param error with what
   * @param pause how long to wait before the next
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
   * Commands whose deadline has passed and whose trainers nobody is ending by force. One that is
   * still not carried out a while after somebody took it is among them: whoever took it may have
   * died. Trainers that are processes of other controllers are left to them for a while.
   *
   * @param controller the mark of this controller
   * @param elsewhere for how long others are given the time to end their own
   * @param limit how many at most
   * @return the commands, the most overdue first
   */
  public List<StopRow> overdue(String controller, Duration elsewhere, int limit) {
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
        .bind("millis", elsewhere.toMillis())
        .bind("limit", limit)
        .map((row, context) -> Rows.stop(row))
        .list();
  }

  /**
   * Takes an overdue command to end its trainer by force.
   *
   * @param commandId the command, whose run is locked
   * @param lease for how long nobody else is to take it
   * @return whether it was still to be taken
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
   * Ends the command of a run that is being carried out, if there is one.
   *
   * @param runUid the run
   * @param phase DONE or MOOT
   */
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
