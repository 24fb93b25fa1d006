package dev.connectome.controller.store;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Events, signatures and decisions, within one transaction. */
public final class HistoryTable {

  private final Handle handle;

  HistoryTable(Handle handle) {
    this.handle = handle;
  }

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

  public record SignatureKey(UUID runUid, int attempt, int epoch) {}

  /** Returns a mutable set. */
  public Set<SignatureKey> existingSignatures(List<SignatureKey> requested) {
    return handle
        .createQuery(
            """
            SELECT run_uid, attempt, epoch FROM signatures
            JOIN unnest(:runs, :attempts, :epochs) AS requested (run_uid, attempt, epoch)
              USING (run_uid, attempt, epoch)
            """)
        .bindArray("runs", UUID.class, requested.stream().map(SignatureKey::runUid).toList())
        .bindArray(
            "attempts", Integer.class, requested.stream().map(SignatureKey::attempt).toList())
        .bindArray("epochs", Integer.class, requested.stream().map(SignatureKey::epoch).toList())
        .map(
            (row, context) ->
                new SignatureKey(
                    Rows.uuid(row, "run_uid"), row.getInt("attempt"), row.getInt("epoch")))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Records after an attempt and epoch, in order of both. */
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

  /** Records after a position, in order of positions. */
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

  /** In the order in which they were made. */
  public List<DecisionRow> decisions(UUID runUid) {
    return handle
        .createQuery("SELECT * FROM decisions WHERE run_uid = :run ORDER BY decide_time, policy_id")
        .bind("run", runUid)
        .map((row, context) -> Rows.decision(row))
        .list();
  }

  /** By run, in the order in which they were made; runs without decisions are left out. */
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

  /** Revokes the decision that stopped a run, so that another can be made; it stays on record. */
  public void revokeEnforcedDecision(UUID runUid) {
    handle.execute(
        """
        UPDATE decisions SET revoke_time = now()
        WHERE run_uid = ? AND enforced AND revoke_time IS NULL
        """,
        runUid);
  }

  public Optional<DecisionRow> enforcedDecision(UUID runUid) {
    return decisions(runUid).stream().filter(DecisionRow::isInForce).findFirst();
  }
}
