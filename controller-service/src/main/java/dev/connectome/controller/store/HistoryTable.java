package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Events, signatures and decisions, within one transaction. */
public final class HistoryTable {

  private final Handle handle;

  HistoryTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Adds an event.
   *
   * @param runUid the run, locked
   * @param position its position
   * @param kind what it is
   * @param actor who caused it
   * @param message the same for people
   * @param state the run's state after it
   * @param attempt the attempt it concerns
   */
  public void insertEvent(
      UUID runUid,
      long position,
      String kind,
      String actor,
      String message,
      RunState state,
      int attempt) {
    handle.execute(
        """
        INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        runUid,
        position,
        kind,
        actor,
        message,
        state.name(),
        attempt);
  }

  /**
   * Events behind a position.
   *
   * @param runUid the run
   * @param after the position
   * @param limit how many at most
   * @return the events, in order
   */
  public List<EventRow> events(UUID runUid, long after, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM events WHERE run_uid = :run AND position > :after
            ORDER BY position LIMIT :limit
            """)
        .bind("run", runUid)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> Rows.event(row))
        .list();
  }

  /**
   * What tells one record from another.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param epoch the epoch
   */
  public record SignatureKey(UUID runUid, int attempt, int epoch) {}

  /**
   * A record to add.
   *
   * @param key which it is
   * @param position its position in its run, which is locked
   * @param late whether a later point was judged before it
   * @param record the record as it came
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record NewSignature(SignatureKey key, long position, boolean late, byte[] record) {}

  /**
   * Adds signature records, all in one exchange with the database.
   *
   * @param signatures the records, none of them there yet
   */
  public void insertSignatures(List<NewSignature> signatures) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO signatures (run_uid, attempt, epoch, position, late, record)
            VALUES (:run, :attempt, :epoch, :position, :late, :record)
            """);
    for (NewSignature signature : signatures) {
      batch
          .bind("run", signature.key().runUid())
          .bind("attempt", signature.key().attempt())
          .bind("epoch", signature.key().epoch())
          .bind("position", signature.position())
          .bind("late", signature.late())
          .bind("record", signature.record())
          .add();
    }
    batch.execute();
  }

  /**
   * Which of several records are there.
   *
   * @param asked the records
   * @return those that are; the set may be changed
   */
  public Set<SignatureKey> knownSignatures(List<SignatureKey> asked) {
    return handle
        .createQuery(
            """
            SELECT run_uid, attempt, epoch FROM signatures
            JOIN unnest(:runs, :attempts, :epochs) AS asked (run_uid, attempt, epoch)
              USING (run_uid, attempt, epoch)
            """)
        .bindArray("runs", UUID.class, asked.stream().map(SignatureKey::runUid).toList())
        .bindArray("attempts", Integer.class, asked.stream().map(SignatureKey::attempt).toList())
        .bindArray("epochs", Integer.class, asked.stream().map(SignatureKey::epoch).toList())
        .map(
            (row, context) ->
                new SignatureKey(
                    Rows.uuid(row, "run_uid"), row.getInt("attempt"), row.getInt("epoch")))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Records by attempt and epoch.
   *
   * @param runUid the run
   * @param afterAttempt records of this attempt
   * @param afterEpoch up to this epoch are left out, as are those of attempts before
   * @param limit how many at most
   * @return the records
   */
  public List<SignatureRow> signatures(UUID runUid, int afterAttempt, int afterEpoch, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM signatures
            WHERE run_uid = :run AND (attempt, epoch) > (:attempt, :epoch)
            ORDER BY attempt, epoch LIMIT :limit
            """)
        .bind("run", runUid)
        .bind("attempt", afterAttempt)
        .bind("epoch", afterEpoch)
        .bind("limit", limit)
        .map((row, context) -> Rows.signature(row))
        .list();
  }

  /**
   * Records behind a position.
   *
   * @param runUid the run
   * @param after the position
   * @param limit how many at most
   * @return the records, in order of positions
   */
  public List<SignatureRow> signaturesBehind(UUID runUid, long after, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM signatures WHERE run_uid = :run AND position > :after
            ORDER BY position LIMIT :limit
            """)
        .bind("run", runUid)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> Rows.signature(row))
        .list();
  }

  /**
   * Adds a decision.
   *
   * @param runUid the run
   * @param policyId the policy
   * @param enforced whether it stops the run
   * @param decision the decision
   */
  public void insertDecision(UUID runUid, String policyId, boolean enforced, byte[] decision) {
    handle.execute(
        """
        INSERT INTO decisions (run_uid, policy_id, enforced, decision) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        runUid,
        policyId,
        enforced,
        decision);
  }

  /**
   * The decisions of a run.
   *
   * @param runUid the run
   * @return the decisions, in the order in which they were made
   */
  public List<DecisionRow> decisions(UUID runUid) {
    return handle
        .createQuery("SELECT * FROM decisions WHERE run_uid = :run ORDER BY decide_time, policy_id")
        .bind("run", runUid)
        .map((row, context) -> Rows.decision(row))
        .list();
  }

  /**
   * The decisions of several runs.
   *
   * @param runUids the runs
   * @return the decisions by run, in the order in which they were made; nothing for a run without
   */
  public Map<UUID, List<DecisionRow>> decisions(List<UUID> runUids) {
    return handle
        .createQuery(
            "SELECT * FROM decisions WHERE run_uid = ANY (:runs) ORDER BY decide_time, policy_id")
        .bindArray("runs", UUID.class, runUids)
        .map((row, context) -> Map.entry(Rows.uuid(row, "run_uid"), Rows.decision(row)))
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  /**
   * Takes back the decision that stopped a run, so that another can be made. It stays on record.
   *
   * @param runUid the run
   */
  public void revokeEnforcedDecision(UUID runUid) {
    handle.execute(
        """
        UPDATE decisions SET revoke_time = now()
        WHERE run_uid = ? AND enforced AND revoke_time IS NULL
        """,
        runUid);
  }

  /**
   * The decision that stops a run.
   *
   * @param runUid the run
   * @return the decision
   */
  public Optional<DecisionRow> enforcedDecision(UUID runUid) {
    return decisions(runUid).stream().filter(DecisionRow::stands).findFirst();
  }
}
