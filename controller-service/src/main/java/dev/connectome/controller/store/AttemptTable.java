package dev.connectome.controller.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Attempts, within one transaction. */
public final class AttemptTable {

  private final Handle handle;

  AttemptTable(Handle handle) {
    this.handle = handle;
  }

  public void insert(
      UUID runUid, int attempt, String instanceId, Optional<AttemptRow.ProcessOwner> owner) {
    handle.execute(
        "INSERT INTO attempts (run_uid, attempt, instance_id, host, controller) VALUES (?, ?, ?, ?, ?)",
        runUid,
        attempt,
        instanceId,
        owner.map(AttemptRow.ProcessOwner::host).orElse(null),
        owner.map(AttemptRow.ProcessOwner::controller).orElse(null));
  }

  public Optional<AttemptRow> byInstance(UUID runUid, String instanceId) {
    return handle
        .createQuery("SELECT * FROM attempts WHERE run_uid = :run AND instance_id = :instance")
        .bind("run", runUid)
        .bind("instance", instanceId)
        .map((row, context) -> Rows.attempt(row))
        .findOne();
  }

  public Optional<AttemptRow> find(UUID runUid, int attempt) {
    return handle
        .createQuery("SELECT * FROM attempts WHERE run_uid = :run AND attempt = :attempt")
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

  /** Returns false if the attempt had already ended. */
  public boolean end(UUID runUid, int attempt) {
    return handle.execute(
            """
            UPDATE attempts SET end_time = now()
            WHERE run_uid = ? AND attempt = ? AND end_time IS NULL
            """,
            runUid,
            attempt)
        == 1;
  }

  /** Attempts that run as processes and that their runs still want. */
  public List<AttemptRow> wantedLocally() {
    return handle
        .createQuery(
            """
            SELECT attempts.* FROM attempts
            JOIN runs ON runs.uid = attempts.run_uid AND runs.attempt = attempts.attempt
            WHERE attempts.end_time IS NULL AND runs.launcher = 'LOCAL'
              AND runs.state IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST')
            """)
        .map((row, context) -> Rows.attempt(row))
        .list();
  }

  /** Attempts on a host that have not ended or whose process may still exist. */
  public List<AttemptRow> onHost(String host) {
    return handle
        .createQuery(
            """
            SELECT * FROM attempts
            WHERE host IN (:host, '') AND (end_time IS NULL OR process IS NOT NULL)
            """)
        .bind("host", host)
        .map((row, context) -> Rows.attempt(row))
        .list();
  }

  /**
   * An attempt as the Kubernetes launcher sees it.
   *
   * @param open whether it has not ended
   * @param sinceEnd zero while it is open
   */
  public record OnCluster(
      UUID runUid,
      int attempt,
      boolean open,
      boolean registered,
      Duration sinceLaunch,
      Duration sinceEnd) {}

  /** Attempts of the given runs on the cluster and, if asked for, every one that has not ended. */
  public List<OnCluster> onCluster(boolean withOpen, Collection<UUID> runUids) {
    return handle
        .createQuery(
            """
            SELECT attempts.run_uid, attempts.attempt, attempts.end_time IS NULL AS open,
              attempts.register_time IS NOT NULL AS registered,
              (extract(epoch FROM now() - attempts.launch_time) * 1000)::bigint AS since_launch,
              coalesce((extract(epoch FROM now() - attempts.end_time) * 1000)::bigint, 0) AS since_end
            FROM attempts JOIN runs ON runs.uid = attempts.run_uid
            WHERE runs.launcher = 'KUBERNETES'
              AND ((:withOpen AND attempts.end_time IS NULL) OR attempts.run_uid = ANY (:runs))
            """)
        .bind("withOpen", withOpen)
        .bindArray("runs", UUID.class, List.copyOf(runUids))
        .map(
            (row, context) ->
                new OnCluster(
                    row.getObject("run_uid", UUID.class),
                    row.getInt("attempt"),
                    row.getBoolean("open"),
                    row.getBoolean("registered"),
                    Duration.ofMillis(row.getLong("since_launch")),
                    Duration.ofMillis(row.getLong("since_end"))))
        .list();
  }
}
