package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The table of runs, one run or a few at a time, within one transaction. */
public final class RunTable {

  private final Handle handle;

  RunTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Adds a run, PENDING.
   *
   * @param uid the run
   * @param runId its name
   * @param requestId the request that asks for it; empty for none
   * @param labels its labels
   * @param launcher who starts its trainers
   * @param definition what is asked for
   * @return whether it was added; if not, the name or the request is known already
   */
  public boolean insert(
      UUID uid,
      String runId,
      Optional<String> requestId,
      Map<String, String> labels,
      String launcher,
      byte[] definition) {
    return handle
            .createUpdate(
                """
                WITH added AS (
                  INSERT INTO runs (uid, run_id, request_id, labels, launcher, definition, state)
                  VALUES (:uid, :runId, :requestId, jsonb_object(:keys, :values), :launcher, :definition, 'PENDING')
                  ON CONFLICT DO NOTHING
                  RETURNING uid)
                INSERT INTO heartbeats (run_uid) SELECT uid FROM added
                """)
            .bind("uid", uid)
            .bind("runId", runId)
            .bind("requestId", requestId.orElse(null))
            .bindArray("keys", String.class, new ArrayList<>(labels.keySet()))
            .bindArray("values", String.class, new ArrayList<>(labels.values()))
            .bind("launcher", launcher)
            .bind("definition", definition)
            .execute()
        == 1;
  }

  /**
   * Finds a run by the request that asked for it.
   *
   * @param requestId the request
   * @return the run
   */
  public Optional<RunRow> byRequest(String requestId) {
    return handle
        .createQuery(
            "SELECT * FROM runs JOIN heartbeats ON run_uid = uid WHERE request_id = :requestId")
        .bind("requestId", requestId)
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * Finds a run by its name or uid. No name looks like a uid.
   *
   * @param idOrUid either
   * @return the run
   */
  public Optional<RunRow> byName(String idOrUid) {
    return RunRow.isUid(idOrUid)
        ? find(UUID.fromString(idOrUid))
        : handle
            .createQuery("SELECT * FROM runs JOIN heartbeats ON run_uid = uid WHERE run_id = :id")
            .bind("id", idOrUid)
            .map((row, context) -> Rows.run(row))
            .findOne();
  }

  /**
   * Reads a run.
   *
   * @param uid the run
   * @return the run
   */
  public Optional<RunRow> find(UUID uid) {
    return handle
        .createQuery("SELECT * FROM runs JOIN heartbeats ON run_uid = uid WHERE uid = :uid")
        .bind("uid", uid)
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * Reads a run and keeps others from changing it until the transaction ends.
   *
   * @param uid the run
   * @return the run
   */
  public Optional<RunRow> lock(UUID uid) {
    return handle
        .createQuery(
            "SELECT * FROM runs JOIN heartbeats ON run_uid = uid WHERE uid = :uid FOR UPDATE OF runs")
        .bind("uid", uid)
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * Reads runs and keeps others from changing them until the transaction ends. They are locked in
   * order, so that two who lock some of the same never wait for each other.
   *
   * @param uids the runs
   * @return those that exist
   */
  public List<RunRow> lock(Collection<UUID> uids) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE uid = ANY (:uids) ORDER BY uid FOR UPDATE OF runs
            """)
        .bindArray("uids", UUID.class, List.copyOf(uids))
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * Changes a run's state and what goes with it. The caller has checked that it may.
   *
   * @param uid the run
   * @param from the state it leaves
   * @param to its next state
   * @param message why
   */
  public void setState(UUID uid, RunState from, RunState to, String message) {
    handle
        .createUpdate(
            """
            UPDATE runs SET state = :to, state_message = :message,
              lost_from = CASE WHEN :to = 'LOST' THEN :from END,
              start_time = CASE WHEN :to = 'RUNNING' THEN coalesce(start_time, now()) ELSE start_time END,
              end_time = CASE WHEN :end THEN now() END
            WHERE uid = :uid
            """)
        .bind("uid", uid)
        .bind("from", from.name())
        .bind("to", to.name())
        .bind("end", to.isEnd())
        .bind("message", message)
        .execute();
  }

  /**
   * A place in what happens to a run.
   *
   * @param position the position
   * @param attempt the run's newest attempt then
   */
  public record Step(long position, int attempt) {}

  /**
   * Takes the next position of a run.
   *
   * @param uid the run, locked
   * @return the position
   */
  public Step nextStep(UUID uid) {
    return handle
        .createQuery(
            "UPDATE runs SET position = position + 1 WHERE uid = :uid RETURNING position, attempt")
        .bind("uid", uid)
        .map((row, context) -> new Step(row.getLong("position"), row.getInt("attempt")))
        .one();
  }

  /**
   * Begins an attempt.
   *
   * @param uid the run, locked
   * @return its number
   */
  public int nextAttempt(UUID uid) {
    return handle
        .createQuery(
            """
            WITH heard AS (UPDATE heartbeats SET last_heartbeat = now() WHERE run_uid = :uid)
            UPDATE runs SET attempt = attempt + 1, outcome = NULL WHERE uid = :uid RETURNING attempt
            """)
        .bind("uid", uid)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Notes how an attempt ended.
   *
   * @param uid the run
   * @param failures failures in a row
   * @param outcome what the trainer said, if anything
   * @param pause how long to wait before another attempt
   */
  public void setOutcome(UUID uid, int failures, Optional<byte[]> outcome, Duration pause) {
    handle
        .createUpdate(
            """
            WITH counted AS (UPDATE heartbeats SET advanced = false WHERE run_uid = :uid)
            UPDATE runs SET failures = :failures, outcome = coalesce(:outcome, outcome),
              launch_after = now() + :pauseMillis * interval '1 millisecond'
            WHERE uid = :uid
            """)
        .bind("uid", uid)
        .bind("failures", failures)
        .bind("outcome", outcome.orElse(null))
        .bind("pauseMillis", pause.toMillis())
        .execute();
  }

  /**
   * Changes what was asked for.
   *
   * @param uid the run
   * @param labels the new labels
   * @param definition the new definition
   */
  public void setDefinition(UUID uid, Map<String, String> labels, byte[] definition) {
    handle
        .createUpdate(
            "UPDATE runs SET definition = :definition, labels = jsonb_object(:keys, :values) WHERE uid = :uid")
        .bind("uid", uid)
        .bind("definition", definition)
        .bindArray("keys", String.class, new ArrayList<>(labels.keySet()))
        .bindArray("values", String.class, new ArrayList<>(labels.values()))
        .execute();
  }

  /**
   * How far a run's series has been judged.
   *
   * @param uid the run, locked
   * @param position of its latest signature
   * @param attempt the attempt of the latest point
   * @param epoch its epoch
   * @param stages when each stage began
   */
  public record Judged(UUID uid, long position, int attempt, int epoch, String stages) {}

  /**
   * Notes how far runs have been judged, all in one exchange with the database.
   *
   * @param judged a run each
   */
  public void setJudged(List<Judged> judged) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE runs SET position = :position, judged_attempt = :attempt, judged_epoch = :epoch,
              stages = :stages
            WHERE uid = :uid
            """);
    for (Judged one : judged) {
      batch
          .bind("uid", one.uid())
          .bind("position", one.position())
          .bind("attempt", one.attempt())
          .bind("epoch", one.epoch())
          .bind("stages", one.stages())
          .add();
    }
    batch.execute();
  }

  /**
   * Deletes a run with its history.
   *
   * @param uid the run
   */
  public void delete(UUID uid) {
    handle.execute("DELETE FROM runs WHERE uid = ?", uid);
  }

  /**
   * Says why a run is in its state.
   *
   * @param uid the run, locked
   * @param message why, for people
   */
  public void setStateMessage(UUID uid, String message) {
    handle.execute("UPDATE runs SET state_message = ? WHERE uid = ?", message, uid);
  }
}
