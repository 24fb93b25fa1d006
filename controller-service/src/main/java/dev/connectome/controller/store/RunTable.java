package dev.connectome.controller.store;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Runs, one or a few at a time, within one transaction. */
public final class RunTable {

  /** How many rows of a run's history one statement deletes. */
  private static final int DELETION_STEP = 2_000;

  private final Handle handle;

  RunTable(Handle handle) {
    this.handle = handle;
  }

  /** Inserts a PENDING run; returns false if the name or the request id exists. */
  public boolean insert(
      UUID uid,
      String runId,
      Optional<String> requestId,
      Map<String, String> labels,
      LauncherType launcher,
      byte[] definition) {
    return handle
            .createUpdate(
                """
                WITH added AS (
                  INSERT INTO runs (uid, run_id, request_id, labels, launcher, definition, state)
                  VALUES (:uid, :runId, :requestId, jsonb_object(:keys, :values), :launcher, :definition, 'PENDING')
                  ON CONFLICT DO NOTHING
                  RETURNING uid)
                INSERT INTO heartbeats (run_uid, metrics) SELECT uid, '{}' FROM added
                """)
            .bind("uid", uid)
            .bind("runId", runId)
            .bind("requestId", requestId.orElse(null))
            .bindArray("keys", String.class, new ArrayList<>(labels.keySet()))
            .bindArray("values", String.class, new ArrayList<>(labels.values()))
            .bind("launcher", launcher.name())
            .bind("definition", definition)
            .execute()
        == 1;
  }

  public Optional<RunRow> byRequest(String requestId) {
    return findOne("WHERE request_id = :value", requestId);
  }

  /** Accepts a name or a uid. No name looks like a uid. */
  public Optional<RunRow> byName(String idOrUid) {
    return RunRow.isUid(idOrUid)
        ? find(UUID.fromString(idOrUid))
        : findOne("WHERE run_id = :value", idOrUid);
  }

  public Optional<RunRow> find(UUID uid) {
    return findOne("WHERE uid = :value", uid);
  }

  /** Locks a run until the transaction ends. */
  public Optional<RunRow> lock(UUID uid) {
    return findOne("WHERE uid = :value FOR UPDATE OF runs", uid);
  }

  private Optional<RunRow> findOne(String condition, Object value) {
    return handle
        .createQuery("SELECT * FROM runs JOIN heartbeats ON run_uid = uid " + condition)
        .bind("value", value)
        .map((row, context) -> Rows.run(row))
        .findOne();
  }

  /**
   * Locks runs until the transaction ends, in order, so that transactions cannot deadlock. Leaves
   * out runs that do not exist.
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

  /** Those of the runs that exist. */
  public Set<UUID> existing(Collection<UUID> uids) {
    return handle
        .createQuery("SELECT uid FROM runs WHERE uid = ANY (:uids)")
        .bindArray("uids", UUID.class, List.copyOf(uids))
        .mapTo(UUID.class)
        .set();
  }

  /** The caller has checked that the transition is legal. */
  public void setState(UUID uid, RunState from, RunState to, String message) {
    handle
        .createUpdate(
            """
            UPDATE runs SET state = :to, state_message = :message,
              lost_from = CASE WHEN :to = 'LOST' THEN :from END,
              lost_time = CASE WHEN :to = 'LOST' THEN now() END,
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

  /** Starts an attempt of a run that the caller has locked; returns its number. */
  public int nextAttempt(UUID uid) {
    return handle
        .createQuery(
            """
            WITH heartbeat AS (UPDATE heartbeats SET last_heartbeat = now() WHERE run_uid = :uid)
            UPDATE runs SET attempt = attempt + 1, outcome = NULL WHERE uid = :uid RETURNING attempt
            """)
        .bind("uid", uid)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * An outcome.
   *
   * @param message a serialized message
   * @param finalEpoch the last epoch that was completed
   * @param metrics its finite metrics, a JSON object
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Outcome(byte[] message, int finalEpoch, String metrics) {}

  /**
   * Records how an attempt ended, and how long to wait before the next. Metrics that are still to
   * be read from messages stay so.
   */
  public void setOutcome(
      UUID uid, AttemptEnd.Early early, Optional<Outcome> outcome, Duration pause) {
    handle
        .createUpdate(
            """
            WITH counted AS (
              UPDATE heartbeats SET advanced = false,
                completed_epochs = greatest(completed_epochs, :finalEpoch),
                metrics = metrics || :metrics::jsonb
              WHERE run_uid = :uid)
            UPDATE runs SET failures = :failures, interruptions = :interruptions,
              outcome = coalesce(:outcome, outcome),
              launch_after = now() + :pauseMillis * interval '1 millisecond'
            WHERE uid = :uid
            """)
        .bind("uid", uid)
        .bind("failures", early.failures())
        .bind("interruptions", early.interruptions())
        .bind("outcome", outcome.map(Outcome::message).orElse(null))
        .bind("finalEpoch", outcome.map(Outcome::finalEpoch).orElse(0))
        .bind("metrics", outcome.map(Outcome::metrics).orElse("{}"))
        .bind("pauseMillis", pause.toMillis())
        .execute();
  }

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
   * How far policies have evaluated a run.
   *
   * @param from the row from which the evaluation started
   * @param attempt the attempt of the latest evaluated point
   * @param epoch the epoch of that point
   * @param stages the start of each stage
   * @param holds what keeps policies from deciding, as in {@link RunRow#holds()}
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Evaluated(RunRow from, int attempt, int epoch, String stages, byte[] holds) {}

  /**
   * Records evaluations, unless another has been recorded since they started. Rows are locked in
   * order. Returns the runs of those that were recorded.
   */
  public Set<UUID> setEvaluated(List<Evaluated> evaluated) {
    return handle
        .createQuery(
            """
            WITH done AS (
              SELECT * FROM unnest(:uids, :fromAttempts, :fromEpochs, :attempts, :epochs, :stages, :holds)
                AS done (uid, from_attempt, from_epoch, attempt, epoch, stages, holds)),
            locked AS (
              SELECT uid FROM runs WHERE uid = ANY (:uids) ORDER BY uid FOR NO KEY UPDATE)
            UPDATE runs SET judged_attempt = done.attempt, judged_epoch = done.epoch,
              stages = done.stages, policy_holds = decode(done.holds, 'base64')
            FROM done JOIN locked USING (uid)
            WHERE runs.uid = done.uid AND runs.judged_attempt = done.from_attempt
              AND runs.judged_epoch = done.from_epoch
            RETURNING runs.uid
            """)
        .bindArray("uids", UUID.class, evaluated.stream().map(one -> one.from().uid()).toList())
        .bindArray(
            "fromAttempts",
            Integer.class,
            evaluated.stream().map(one -> one.from().evaluatedAttempt()).toList())
        .bindArray(
            "fromEpochs",
            Integer.class,
            evaluated.stream().map(one -> one.from().evaluatedEpoch()).toList())
        .bindArray("attempts", Integer.class, evaluated.stream().map(Evaluated::attempt).toList())
        .bindArray("epochs", Integer.class, evaluated.stream().map(Evaluated::epoch).toList())
        .bindArray("stages", String.class, evaluated.stream().map(Evaluated::stages).toList())
        .bindArray(
            "holds",
            String.class,
            evaluated.stream().map(one -> Base64.getEncoder().encodeToString(one.holds())).toList())
        .mapTo(UUID.class)
        .collect(Collectors.toSet());
  }

  /**
   * Consumes the decision of a run's enforcing policy.
   *
   * @param epoch the last epoch that the decision covers; 0 for no decision
   * @param rearmEpoch the epoch from which the policy decides again whatever its condition; 0 for
   *     none
   */
  public void setConsumed(UUID uid, int epoch, int rearmEpoch) {
    handle.execute(
        "UPDATE runs SET consumed_epoch = ?, rearm_epoch = ? WHERE uid = ?",
        epoch,
        rearmEpoch,
        uid);
  }

  /**
   * Says why a run cannot be processed; empty if it can.
   *
   * @param text shown with the run's state
   */
  public void setQuarantine(UUID uid, String text) {
    handle.execute("UPDATE runs SET quarantine = ? WHERE uid = ?", text, uid);
  }

  /** Forgets which runs could not be processed. */
  public void clearQuarantines() {
    handle.execute("UPDATE runs SET quarantine = '' WHERE quarantine <> ''");
  }

  /** Deletes a run with its history, of which no statement deletes much. */
  public void delete(UUID uid) {
    boolean remains = true;
    while (remains) {
      remains = deleteHistory(uid);
    }
    handle.execute("DELETE FROM runs WHERE uid = ?", uid);
  }

  /** Deletes some of a run's signatures, or events; returns whether there were any. */
  public boolean deleteHistory(UUID uid) {
    return deleteSome("signatures", uid) || deleteSome("events", uid);
  }

  private boolean deleteSome(String table, UUID uid) {
    return handle.execute(
            """
            DELETE FROM %1$s WHERE run_uid = ? AND position IN
              (SELECT position FROM %1$s WHERE run_uid = ? ORDER BY position LIMIT ?)
            """
                .formatted(table),
            uid,
            uid,
            DELETION_STEP)
        > 0;
  }

  public void setStateMessage(UUID uid, String message) {
    handle.execute("UPDATE runs SET state_message = ? WHERE uid = ?", message, uid);
  }
}
