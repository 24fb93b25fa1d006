package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The latest heartbeat of each run, within one transaction. */
public final class HeartbeatTable {

  private final Handle handle;

  HeartbeatTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * A heartbeat.
   *
   * @param instanceId who sent it, as registered
   * @param progress a serialized message
   * @param metrics its finite metrics, a JSON object
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Heartbeat(
      UUID runUid,
      int attempt,
      String instanceId,
      byte[] progress,
      String metrics,
      int completedEpochs) {}

  /**
   * The state of a run as a heartbeat needs it.
   *
   * @param lostFrom the state before LOST
   * @param instanceId who holds the newest attempt; empty before the first
   * @param evaluatedAttempt the attempt of the last epoch that policies have evaluated
   * @param evaluatedEpoch that epoch; 0 for none
   * @param definition a serialized {@code TrainingRun} message
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record RunStatus(
      UUID runUid,
      String runId,
      int attempt,
      Optional<String> instanceId,
      RunState state,
      Optional<RunState> lostFrom,
      int evaluatedAttempt,
      int evaluatedEpoch,
      byte[] definition) {

    /** The state, or the state before LOST. */
    public RunState effectiveState() {
      return state == RunState.LOST ? lostFrom.orElse(RunState.RUNNING) : state;
    }
  }

  /**
   * Records heartbeats in one statement. Heartbeats of superseded attempts, of others than the
   * attempt's instance and of runs that have ended change nothing; one that was overtaken by a
   * later one of its attempt only shows that the trainer lives. A run that somebody else is working
   * on is passed over: its next heartbeat makes up for it.
   */
  public void record(List<Heartbeat> heartbeats) {
    handle
        .createUpdate(
            """
            WITH received AS (
              SELECT *, decode(encoded, 'base64') AS progress
              FROM unnest(:uids, :attempts, :instances, :progress, :metrics, :epochs)
                AS heartbeat (uid, attempt, instance, encoded, metrics, epochs)),
            locked AS (
              SELECT run_uid FROM heartbeats WHERE run_uid = ANY (:uids) ORDER BY run_uid
                FOR UPDATE SKIP LOCKED)
            UPDATE heartbeats SET last_heartbeat = now(), attempt = received.attempt,
              progress = CASE WHEN heartbeats.attempt = received.attempt AND received.epochs < completed_epochs
                THEN heartbeats.progress ELSE received.progress END,
              metrics = CASE WHEN heartbeats.attempt = received.attempt AND received.epochs < completed_epochs
                THEN heartbeats.metrics ELSE received.metrics::jsonb END,
              completed_epochs = CASE WHEN heartbeats.attempt = received.attempt
                THEN greatest(received.epochs, completed_epochs) ELSE received.epochs END,
              advanced = advanced OR received.epochs > furthest_epochs,
              furthest_epochs = greatest(received.epochs, furthest_epochs)
            FROM locked JOIN received ON received.uid = locked.run_uid
              JOIN runs ON runs.uid = received.uid AND runs.attempt = received.attempt
                AND runs.state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
              JOIN attempts ON attempts.run_uid = runs.uid AND attempts.attempt = runs.attempt
                AND attempts.instance_id = received.instance
            WHERE heartbeats.run_uid = locked.run_uid
            """)
        .bindArray("uids", UUID.class, heartbeats.stream().map(Heartbeat::runUid).toList())
        .bindArray("attempts", Integer.class, heartbeats.stream().map(Heartbeat::attempt).toList())
        .bindArray(
            "instances", String.class, heartbeats.stream().map(Heartbeat::instanceId).toList())
        .bindArray(
            "progress",
            String.class,
            heartbeats.stream()
                .map(heartbeat -> Base64.getEncoder().encodeToString(heartbeat.progress()))
                .toList())
        .bindArray("metrics", String.class, heartbeats.stream().map(Heartbeat::metrics).toList())
        .bindArray(
            "epochs", Integer.class, heartbeats.stream().map(Heartbeat::completedEpochs).toList())
        .execute();
  }

  /** Leaves out runs that do not exist. */
  public List<RunStatus> statuses(List<UUID> runUids) {
    return handle
        .createQuery(
            """
            SELECT uid, run_id, runs.attempt, instance_id, state, lost_from, judged_attempt,
              judged_epoch, definition
            FROM runs LEFT JOIN attempts ON attempts.run_uid = uid AND attempts.attempt = runs.attempt
            WHERE uid = ANY (:uids)
            """)
        .bindArray("uids", UUID.class, runUids)
        .map(
            (row, context) ->
                new RunStatus(
                    Rows.uuid(row, "uid"),
                    row.getString("run_id"),
                    row.getInt("attempt"),
                    Optional.ofNullable(row.getString("instance_id")),
                    RunState.valueOf(row.getString("state")),
                    Optional.ofNullable(row.getString("lost_from")).map(RunState::valueOf),
                    row.getInt("judged_attempt"),
                    row.getInt("judged_epoch"),
                    row.getBytes("definition")))
        .list();
  }

  /** Runs without metrics or ranges of their series, but for some. */
  public List<UUID> unread(Set<UUID> except, int limit) {
    return handle
        .createQuery(
            """
            SELECT run_uid FROM heartbeats LEFT JOIN series_ranges AS ranges USING (run_uid)
            WHERE (metrics IS NULL OR ranges.names IS NULL) AND run_uid <> ALL (:except)
            LIMIT :limit
            """)
        .bindArray("except", UUID.class, List.copyOf(except))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** Records the metrics of a run, unless they are. */
  public void setMetrics(UUID runUid, String progress, String outcome) {
    handle.execute(
        """
        UPDATE heartbeats SET metrics = ?::jsonb || ?::jsonb WHERE run_uid = ? AND metrics IS NULL
        """,
        progress,
        outcome,
        runUid);
  }

  /** Counts anything else that a trainer sent as a heartbeat. */
  public void touch(UUID runUid) {
    handle.execute("UPDATE heartbeats SET last_heartbeat = now() WHERE run_uid = ?", runUid);
  }
}
