package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The table of signs of life, a row a run, within one transaction. */
public final class HeartbeatTable {

  private final Handle handle;

  HeartbeatTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * A heartbeat.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param progress what the trainer told, as it is stored
   * @param completedEpochs epochs trained
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Beat(UUID runUid, int attempt, byte[] progress, int completedEpochs) {}

  /**
   * How a run stands.
   *
   * @param runUid the run
   * @param runId its name
   * @param attempt its newest attempt
   * @param state its state
   * @param lostFrom the state that it left for LOST
   * @param definition what it is, as it is stored
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record RunStatus(
      UUID runUid,
      String runId,
      int attempt,
      RunState state,
      Optional<RunState> lostFrom,
      byte[] definition) {

    /**
     * The state, or the one that it left for LOST.
     *
     * @return the state as if no heartbeat were missing
     */
    public RunState effectiveState() {
      return state == RunState.LOST ? lostFrom.orElse(RunState.RUNNING) : state;
    }
  }

  /**
   * Notes heartbeats, all in one statement. Those of attempts that are not their run's newest, and
   * of runs that have ended, change nothing. Rows are locked in order, so that two controllers
   * never wait for each other.
   *
   * @param beats the heartbeats, at most one an attempt
   */
  public void note(List<Beat> beats) {
    handle
        .createUpdate(
            """
            WITH beats AS (
              SELECT * FROM unnest(:uids, :attempts, :progress, :epochs) AS beat (uid, attempt, progress, epochs)),
            held AS (
              SELECT run_uid FROM heartbeats WHERE run_uid = ANY (:uids) ORDER BY run_uid FOR UPDATE)
            UPDATE heartbeats SET last_heartbeat = now(), progress = decode(beats.progress, 'base64'),
              advanced = advanced OR beats.epochs > furthest_epochs,
              completed_epochs = beats.epochs, furthest_epochs = greatest(beats.epochs, furthest_epochs)
            FROM held JOIN beats ON beats.uid = held.run_uid
              JOIN runs ON runs.uid = beats.uid AND runs.attempt = beats.attempt
                AND runs.state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
            WHERE heartbeats.run_uid = held.run_uid
            """)
        .bindArray("uids", UUID.class, beats.stream().map(Beat::runUid).toList())
        .bindArray("attempts", Integer.class, beats.stream().map(Beat::attempt).toList())
        .bindArray(
            "progress",
            String.class,
            beats.stream()
                .map(beat -> Base64.getEncoder().encodeToString(beat.progress()))
                .toList())
        .bindArray("epochs", Integer.class, beats.stream().map(Beat::completedEpochs).toList())
        .execute();
  }

  /**
   * How runs stand.
   *
   * @param runUids the runs
   * @return those that exist
   */
  public List<RunStatus> statuses(List<UUID> runUids) {
    return handle
        .createQuery(
            "SELECT uid, run_id, attempt, state, lost_from, definition FROM runs WHERE uid = ANY (:uids)")
        .bindArray("uids", UUID.class, runUids)
        .map(
            (row, context) ->
                new RunStatus(
                    Rows.uuid(row, "uid"),
                    row.getString("run_id"),
                    row.getInt("attempt"),
                    RunState.valueOf(row.getString("state")),
                    Optional.ofNullable(row.getString("lost_from")).map(RunState::valueOf),
                    row.getBytes("definition")))
        .list();
  }

  /**
   * Notes a sign of life other than a heartbeat.
   *
   * @param runUid the run
   */
  public void touch(UUID runUid) {
    handle.execute("UPDATE heartbeats SET last_heartbeat = now() WHERE run_uid = ?", runUid);
  }
}
