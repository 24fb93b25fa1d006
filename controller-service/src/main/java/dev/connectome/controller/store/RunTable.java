package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/** The table of runs, within one transaction. */
public final class RunTable {

  /** The space of the locks on the number of live runs, one a launcher; no other lock has it. */
  private static final int LAUNCHES = 0x6c61756e;

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
   * What a list is asked for.
   *
   * @param states the states; empty for all
   * @param labels labels that a run must have
   * @param idPrefix what its name must begin with
   */
  public record Filter(List<RunState> states, Map<String, String> labels, String idPrefix) {}

  /**
   * A place in a list: runs created before, or at the same time with a smaller uid, come after it.
   *
   * @param createTime the time
   * @param uid the uid
   */
  public record Place(Instant createTime, UUID uid) {}

  /**
   * Lists runs, newest first.
   *
   * @param filter which
   * @param after where to begin
   * @param limit how many at most
   * @return the runs
   */
  public List<RunRow> list(Filter filter, Optional<Place> after, int limit) {
    // Only the conditions that are asked for: the planner chooses an index by them.
    var conditions = new StringBuilder("true");
    if (!filter.states().isEmpty()) {
      conditions.append(" AND state = ANY (:states)");
    }
    if (!filter.labels().isEmpty()) {
      conditions.append(" AND labels @> jsonb_object(:keys, :values)");
    }
    if (!filter.idPrefix().isEmpty()) {
      conditions.append(" AND run_id LIKE :prefix");
    }
    if (after.isPresent()) {
      conditions.append(" AND (create_time, uid) < (:createTime, :uid)");
    }
    Query query =
        handle
            .createQuery(
                """
                SELECT * FROM (
                  SELECT * FROM runs WHERE %s ORDER BY create_time DESC, uid DESC LIMIT :limit) AS page
                JOIN heartbeats ON run_uid = uid
                ORDER BY create_time DESC, uid DESC
                """
                    .formatted(conditions))
            .bind("limit", limit);
    if (!filter.states().isEmpty()) {
      query.bindArray("states", String.class, filter.states().stream().map(Enum::name).toList());
    }
    if (!filter.labels().isEmpty()) {
      query
          .bindArray("keys", String.class, new ArrayList<>(filter.labels().keySet()))
          .bindArray("values", String.class, new ArrayList<>(filter.labels().values()));
    }
    if (!filter.idPrefix().isEmpty()) {
      query.bind("prefix", filter.idPrefix().replaceAll("([%_\\\\])", "\\\\$1") + "%");
    }
    after.ifPresent(place -> query.bind("createTime", place.createTime()).bind("uid", place.uid()));
    return query.map((row, context) -> Rows.run(row)).list();
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
   * @return the number
   */
  public int lockLiveRuns(String launcher) {
    handle.execute("SELECT pg_advisory_xact_lock(?, hashtext(?))", LAUNCHES, launcher);
    return handle
        .createQuery(
            """
            SELECT count(*) FROM runs
            WHERE launcher = :launcher AND state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
            """)
        .bind("launcher", launcher)
        .mapTo(Integer.class)
        .one();
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
   * External runs that have been LOST too long; locked.
   *
   * @param since for how long
   * @return the runs
   */
  public List<RunRow> lockForsaken(Duration since) {
    return handle
        .createQuery(
            """
            SELECT * FROM runs JOIN heartbeats ON run_uid = uid
            WHERE state = 'LOST' AND launcher = 'EXTERNAL'
              AND last_heartbeat < now() - :millis * interval '1 millisecond'
            FOR UPDATE SKIP LOCKED
            """)
        .bind("millis", since.toMillis())
        .map((row, context) -> Rows.run(row))
        .list();
  }

  /**
   * How many runs there are in each state.
   *
   * @return the number by state; states in which there is none are missing
   */
  public Map<RunState, Long> countByState() {
    return handle
        .createQuery("SELECT state, count(*) AS runs FROM runs GROUP BY state")
        .reduceRows(
            new EnumMap<>(RunState.class),
            (counts, row) -> {
              counts.put(
                  RunState.valueOf(row.getColumn("state", String.class)),
                  row.getColumn("runs", Long.class));
              return counts;
            });
  }
}
