package dev.connectome.controller.store;

import dev.connectome.controller.run.Wanted;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Attempts, within one transaction. */
public final class AttemptTable {

  private static final String SELECT =
      """
      SELECT attempts.*,
        coalesce((extract(epoch FROM now() - attempts.end_time) * 1000)::bigint, 0) AS since_end_millis
      FROM attempts
      """;

  private final Handle handle;

  AttemptTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * @param namespace the cluster's namespace that it is in, if it is in another than the operator's
   */
  public void insert(
      UUID runUid,
      int attempt,
      String instanceId,
      Optional<AttemptRow.ProcessOwner> owner,
      Optional<String> namespace) {
    handle.execute(
        """
        INSERT INTO attempts (run_uid, attempt, instance_id, host, controller, namespace)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        runUid,
        attempt,
        instanceId,
        owner.map(AttemptRow.ProcessOwner::host).orElse(null),
        owner.map(AttemptRow.ProcessOwner::controller).orElse(null),
        namespace.orElse(null));
  }

  /** The namespace of an attempt; empty if it is the operator's. */
  public Optional<String> namespace(UUID runUid, int attempt) {
    return handle
        .createQuery("SELECT namespace FROM attempts WHERE run_uid = :run AND attempt = :attempt")
        .bind("run", runUid)
        .bind("attempt", attempt)
        .map((row, context) -> Optional.ofNullable(row.getString("namespace")))
        .findOne()
        .flatMap(namespace -> namespace);
  }

  public Optional<AttemptRow> byInstance(UUID runUid, String instanceId) {
    return handle
        .createQuery(SELECT + "WHERE run_uid = :run AND instance_id = :instance")
        .bind("run", runUid)
        .bind("instance", instanceId)
        .map((row, context) -> Rows.attempt(row))
        .findOne();
  }

  public Optional<AttemptRow> find(UUID runUid, int attempt) {
    return handle
        .createQuery(SELECT + "WHERE run_uid = :run AND attempt = :attempt")
        .bind("run", runUid)
        .bind("attempt", attempt)
        .map((row, context) -> Rows.attempt(row))
        .findOne();
  }

  /** The machine of the trainer's process; empty text where that is not known. */
  public Optional<String> host(UUID runUid, int attempt) {
    return handle
        .createQuery("SELECT host FROM attempts WHERE run_uid = :run AND attempt = :attempt")
        .bind("run", runUid)
        .bind("attempt", attempt)
        .map((row, context) -> Optional.ofNullable(row.getString("host")).orElse(""))
        .findOne();
  }

  public void setRegistered(UUID runUid, int attempt, String endpoint) {
    handle.execute(
        """
        UPDATE attempts SET endpoint = ?, register_time = coalesce(register_time, now())
        WHERE run_uid = ? AND attempt = ?
        """,
        endpoint,
        runUid,
        attempt);
  }

  /** Does nothing if the attempt has ended. */
  public void setProcess(UUID runUid, int attempt, String process) {
    handle.execute(
        """
        UPDATE attempts SET process = ? WHERE run_uid = ? AND attempt = ? AND end_time IS NULL
        """,
        process,
        runUid,
        attempt);
  }

  public void clearProcess(UUID runUid, int attempt) {
    handle.execute(
        "UPDATE attempts SET process = NULL WHERE run_uid = ? AND attempt = ?", runUid, attempt);
  }

  /**
   * Hands a process to another controller on its machine; returns false if a third took it first.
   */
  public boolean takeOver(AttemptRow attempt, AttemptRow.ProcessOwner owner) {
    return handle.execute(
            """
            UPDATE attempts SET host = ?, controller = ?
            WHERE run_uid = ? AND attempt = ? AND controller IS NOT DISTINCT FROM ?
            """,
            owner.host(),
            owner.controller(),
            attempt.runUid(),
            attempt.attempt(),
            attempt.controller().orElse(null))
        == 1;
  }

  /** Returns false if the attempt had already ended. Nothing is wanted of one that has. */
  public boolean end(UUID runUid, int attempt) {
    return handle.execute(
            """
            UPDATE attempts SET end_time = now(), wanted = 'GONE'
            WHERE run_uid = ? AND attempt = ? AND end_time IS NULL
            """,
            runUid,
            attempt)
        == 1;
  }

  /** What is wanted only goes on: an earlier wish than the present one changes nothing. */
  public void setWanted(UUID runUid, int attempt, Wanted wanted) {
    handle.execute(
        """
        UPDATE attempts SET wanted = ?
        WHERE run_uid = ? AND attempt = ? AND wanted <> 'GONE' AND ? <> 'RUN'
        """,
        wanted.name(),
        runUid,
        attempt,
        wanted.name());
  }

  /** Records, once, that a launcher tells the attempt's process to end. */
  public void setTerminated(UUID runUid, int attempt) {
    handle.execute(
        """
        UPDATE attempts SET terminate_time = now()
        WHERE run_uid = ? AND attempt = ? AND terminate_time IS NULL
        """,
        runUid,
        attempt);
  }

  /** Attempts on a host that have not ended or whose process may still exist. */
  public List<AttemptRow> onHost(String host) {
    return handle
        .createQuery(
            SELECT + "WHERE host IN (:host, '') AND (end_time IS NULL OR process IS NOT NULL)")
        .bind("host", host)
        .map((row, context) -> Rows.attempt(row))
        .list();
  }

  /**
   * An attempt as the Kubernetes launcher sees it.
   *
   * @param namespace empty if it is the operator's
   * @param open whether it has not ended, as far as is known
   * @param sinceEnd zero while it is open
   */
  public record OnCluster(
      UUID runUid,
      int attempt,
      Optional<String> namespace,
      Wanted wanted,
      boolean open,
      boolean registered,
      Duration sinceLaunch,
      Duration sinceEnd) {}

  /**
   * Attempts on the cluster: those of the given runs, and of those that have not ended the ones
   * that are not wanted or, if asked for, all.
   */
  public List<OnCluster> onCluster(boolean withOpen, Collection<UUID> runUids) {
    return handle
        .createQuery(
            """
            SELECT attempts.run_uid, attempts.attempt, attempts.namespace, attempts.wanted, attempts.end_time IS NULL AS open,
              attempts.register_time IS NOT NULL AS registered,
              (extract(epoch FROM now() - attempts.launch_time) * 1000)::bigint AS since_launch,
              coalesce((extract(epoch FROM now() - attempts.end_time) * 1000)::bigint, 0) AS since_end
            FROM attempts JOIN runs ON runs.uid = attempts.run_uid
            WHERE runs.launcher = 'KUBERNETES'
              AND ((attempts.end_time IS NULL AND (:withOpen OR attempts.wanted = 'GONE'))
                OR attempts.run_uid = ANY (:runs))
            """)
        .bind("withOpen", withOpen)
        .bindArray("runs", UUID.class, List.copyOf(runUids))
        .map(
            (row, context) ->
                new OnCluster(
                    row.getObject("run_uid", UUID.class),
                    row.getInt("attempt"),
                    Optional.ofNullable(row.getString("namespace")),
                    Wanted.valueOf(row.getString("wanted")),
                    row.getBoolean("open"),
                    row.getBoolean("registered"),
                    Duration.ofMillis(row.getLong("since_launch")),
                    Duration.ofMillis(row.getLong("since_end"))))
        .list();
  }
}
