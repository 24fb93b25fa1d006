package dev.connectome.controller.store;

import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.run.StopPhase;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The outbox of stop commands, within one transaction. */
public final class StopTable {

  /**
   * The time to obey begins when the trainer is given the command, and again when the installation
   * comes up.
   */
  private static final String DUE =
      """
      CASE WHEN finish_time IS NULL
        THEN greatest(coalesce(deliver_time, now()), (SELECT up_since FROM installation))
        ELSE coalesce(deliver_time, stop_commands.create_time) END
        + grace_millis * interval '1 millisecond'
      """;

  private static final String COLUMNS =
      "stop_commands.*, %s AS due_time, (extract(epoch FROM %s - now()) * 1000)::bigint AS left_millis"
          .formatted(DUE, "(" + DUE + ")");

  private final Handle handle;

  StopTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Inserts a command that is due at once.
   *
   * @param grace how long the trainer may take once it is given the command
   */
  public void insert(
      UUID commandId,
      UUID runUid,
      int attempt,
      StopMode mode,
      String reason,
      Optional<Integer> restoreEpoch,
      Duration grace) {
    handle
        .createUpdate(
            """
            INSERT INTO stop_commands
              (command_id, run_uid, attempt, mode, reason, restore_epoch, grace_millis, deadline)
            VALUES (:id, :run, :attempt, :mode, :reason, :restore, :millis,
              now() + :millis * interval '1 millisecond')
            """)
        .bind("id", commandId)
        .bind("run", runUid)
        .bind("attempt", attempt)
        .bind("mode", mode.name())
        .bind("reason", reason)
        .bind("restore", restoreEpoch.orElse(null))
        .bind("millis", grace.toMillis())
        .execute();
  }

  public Optional<StopRow> latest(UUID runUid) {
    return Optional.ofNullable(latest(List.of(runUid)).get(runUid));
  }

  /** By run; runs without a command are left out. */
  public Map<UUID, StopRow> latest(Collection<UUID> runUids) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT ON (run_uid) %s FROM stop_commands WHERE run_uid = ANY (:runs)
            ORDER BY run_uid, create_time DESC
            """
                .formatted(COLUMNS))
        .bindArray("runs", UUID.class, List.copyOf(runUids))
        .map((row, context) -> Rows.stop(row))
        .collect(Collectors.toMap(StopRow::runUid, Function.identity()));
  }

  /** The run's command that has not finished. */
  public Optional<StopRow> unfinished(UUID runUid) {
    return latest(runUid).filter(stop -> stop.finishTime().isEmpty());
  }

  /** Raises the mode of a command, which is delivered again with a time of its own. */
  public void upgrade(UUID commandId, StopMode mode, Duration grace) {
    handle
        .createUpdate(
            """
            UPDATE stop_commands SET mode = :mode, grace_millis = :millis, deliver_time = NULL,
              deadline = now() + :millis * interval '1 millisecond',
              phase = 'PENDING', next_push_time = now(), lease_until = NULL
            WHERE command_id = :id AND finish_time IS NULL
            """)
        .bind("id", commandId)
        .bind("mode", mode.name())
        .bind("millis", grace.toMillis())
        .execute();
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
            RETURNING %s
            """
                .formatted(COLUMNS))
        .bind("host", host)
        .bind("millis", lease.toMillis())
        .bind("limit", limit)
        .map((row, context) -> Rows.stop(row))
        .list();
  }

  /**
   * Records, once for each mode, that a heartbeat was answered with a command. One that somebody
   * else is working on is left to the next heartbeat.
   */
  public void deliver(StopRow stop) {
    handle.execute(
        """
        UPDATE stop_commands SET deliver_time = now(),
          deadline = now() + grace_millis * interval '1 millisecond'
        WHERE command_id = (
          SELECT command_id FROM stop_commands
          WHERE command_id = ? AND mode = ? AND deliver_time IS NULL AND finish_time IS NULL
          FOR UPDATE SKIP LOCKED)
        """,
        stop.commandId(),
        stop.mode().name());
  }

  /**
   * Records an acknowledgement, even after escalation or the trainer's end. Returns true for the
   * first of this mode: a command whose mode was raised since it was pushed is pushed again.
   */
  public boolean acknowledge(UUID commandId, StopMode mode) {
    return handle.execute(
            """
            UPDATE stop_commands SET acknowledge_time = now(),
              deadline = CASE WHEN deliver_time IS NULL
                THEN now() + grace_millis * interval '1 millisecond' ELSE deadline END,
              deliver_time = coalesce(deliver_time, now()),
              last_error = CASE WHEN phase = 'PENDING' THEN '' ELSE last_error END,
              lease_until = CASE WHEN phase = 'PENDING' THEN NULL ELSE lease_until END,
              phase = CASE WHEN phase = 'PENDING' THEN 'ACKNOWLEDGED' ELSE phase END
            WHERE command_id = ? AND mode = ? AND (phase = 'PENDING' OR acknowledge_time IS NULL)
            """,
            commandId,
            mode.name())
        == 1;
  }

  /** Records the acknowledgement that a trainer's outcome implies; returns true for the first. */
  public boolean acknowledgeByOutcome(UUID runUid, int attempt, UUID commandId) {
    return handle.execute(
            """
            UPDATE stop_commands SET acknowledge_time = now(),
              deliver_time = coalesce(deliver_time, now())
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
        .bind("mode", pushed.mode().name())
        .bind("error", error)
        .bind("millis", pause.toMillis())
        .execute();
  }

  /**
   * What a controller may escalate.
   *
   * @param controller the controller that asks
   * @param otherGrace how much longer a process is left to the controller that supervises it
   * @param maxGap how long ago the installation may have been recorded alive: after a longer gap
   *     its clocks have to begin anew first
   * @param except runs that are left out
   */
  public record Overdue(
      String controller, Duration otherGrace, Duration maxGap, Set<UUID> except) {}

  /**
   * Commands whose time is over and whose trainer nobody is terminating, the most overdue first.
   * The time runs from the delivery or, for a trainer that was never given the command, from when
   * its silence was noticed; it does not run while no controller is up. That includes escalations
   * whose lease ran out, since their controller may have died.
   */
  public List<StopRow> overdue(Overdue asked, int limit) {
    return handle
        .createQuery(
            """
            SELECT %s FROM stop_commands
              JOIN runs ON runs.uid = stop_commands.run_uid
              LEFT JOIN attempts ON attempts.run_uid = stop_commands.run_uid
                AND attempts.attempt = stop_commands.attempt
              CROSS JOIN installation
              CROSS JOIN LATERAL (SELECT
                greatest(stop_commands.create_time, coalesce(deliver_time, lost_time), up_since)
                  + grace_millis * interval '1 millisecond' AS over_time) AS grace
            WHERE finish_time IS NULL AND stop_commands.run_uid <> ALL (:except)
              AND alive_time > now() - :gapMillis * interval '1 millisecond'
              AND (lease_until IS NULL OR lease_until < now())
              AND (phase = 'ESCALATED'
                OR (over_time < now() AND (deliver_time IS NOT NULL OR state = 'LOST')))
              AND (controller IS NULL OR controller = :controller
                OR over_time < now() - :otherMillis * interval '1 millisecond')
            ORDER BY over_time LIMIT :limit
            """
                .formatted(COLUMNS))
        .bindArray("except", UUID.class, List.copyOf(asked.except()))
        .bind("controller", asked.controller())
        .bind("otherMillis", asked.otherGrace().toMillis())
        .bind("gapMillis", asked.maxGap().toMillis())
        .bind("limit", limit)
        .map((row, context) -> Rows.stop(row))
        .list();
  }

  /**
   * Escalates an overdue command of a run that the caller has locked; returns false if another
   * controller has, or its mode was raised since.
   */
  public boolean escalate(StopRow stop, Duration lease) {
    return handle
            .createUpdate(
                """
                UPDATE stop_commands SET phase = 'ESCALATED',
                  lease_until = now() + :millis * interval '1 millisecond'
                WHERE command_id = :id AND mode = :mode AND finish_time IS NULL
                  AND (phase <> 'ESCALATED' OR lease_until IS NULL OR lease_until < now())
                """)
            .bind("millis", lease.toMillis())
            .bind("id", stop.commandId())
            .bind("mode", stop.mode().name())
            .execute()
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

  /** Finishes the run's unfinished command, if it has one, because its trainer has ended. */
  public void finish(UUID runUid, StopPhase phase) {
    handle.execute(
        """
        UPDATE stop_commands SET phase = ?, finish_time = now(), lease_until = NULL
        WHERE run_uid = ? AND finish_time IS NULL
        """,
        phase.name(),
        runUid);
  }

  /** Finishes the run's unfinished command, if it has one, though its trainer may be alive. */
  public void giveUp(UUID runUid) {
    handle.execute(
        """
        UPDATE stop_commands SET phase = 'DONE', given_up_time = now(), finish_time = now(),
          lease_until = NULL
        WHERE run_uid = ? AND finish_time IS NULL
        """,
        runUid);
  }
}
