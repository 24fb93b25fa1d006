package dev.connectome.controller.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The table of attempts, within one transaction. */
public final class AttemptTable {

  private final Handle handle;

  AttemptTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Adds an attempt.
   *
   * @param runUid the run
   * @param attempt its number
   * @param instanceId the trainer
   * @param origin who starts it as a process, if a controller does
   */
  public void insert(
      UUID runUid, int attempt, String instanceId, Optional<AttemptRow.Origin> origin) {
    handle.execute(
        "INSERT INTO attempts (run_uid, attempt, instance_id, host, controller) VALUES (?, ?, ?, ?, ?)",
        runUid,
        attempt,
        instanceId,
        origin.map(AttemptRow.Origin::host).orElse(null),
        origin.map(AttemptRow.Origin::controller).orElse(null));
  }

  /**
   * Finds an attempt by its trainer.
   *
   * @param runUid the run
   * @param instanceId the trainer
   * @return the attempt
   */
  public Optional<AttemptRow> byInstance(UUID runUid, String instanceId) {
    return handle
        .createQuery("SELECT * FROM attempts WHERE run_uid = :run AND instance_id = :instance")
        .bind("run", runUid)
        .bind("instance", instanceId)
        .map((row, context) -> Rows.attempt(row))
        .findOne();
  }

  /**
   * Reads an attempt.
   *
   * @param runUid the run
   * @param attempt its number
   * @return the attempt
   */
  public Optional<AttemptRow> find(UUID runUid, int attempt) {
    return handle
        .createQuery("SELECT * FROM attempts WHERE run_uid = :run AND attempt = :attempt")
        .bind("run", runUid)
        .bind("attempt", attempt)
        .map((row, context) -> Rows.attempt(row))
        .findOne();
  }

  /**
   * Notes that a trainer has registered.
   *
   * @param runUid the run
   * @param attempt its number
   * @param endpoint where it is controlled
   */
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

  /**
   * Notes the process of an attempt, unless the attempt has ended already.
   *
   * @param runUid the run
   * @param attempt its number
   * @param process the process's mark
   */
  public void setProcess(UUID runUid, int attempt, String process) {
    handle.execute(
        """
        UPDATE attempts SET process = ? WHERE run_uid = ? AND attempt = ? AND end_time IS NULL
        """,
        process,
        runUid,
        attempt);
  }

  /**
   * Notes that the process of an attempt is gone.
   *
   * @param runUid the run
   * @param attempt its number
   */
  public void processGone(UUID runUid, int attempt) {
    handle.execute(
        "UPDATE attempts SET process = NULL WHERE run_uid = ? AND attempt = ?", runUid, attempt);
  }

  /**
   * Gives the process of an attempt to another controller on its machine.
   *
   * @param known the attempt as it was read; nothing happens if somebody has taken it since
   * @param origin who takes it
   * @return whether it is theirs now
   */
  public boolean takeOver(AttemptRow known, AttemptRow.Origin origin) {
    return handle.execute(
            """
            UPDATE attempts SET host = ?, controller = ?
            WHERE run_uid = ? AND attempt = ? AND controller IS NOT DISTINCT FROM ?
            """,
            origin.host(),
            origin.controller(),
            known.runUid(),
            known.attempt(),
            known.controller().orElse(null))
        == 1;
  }

  /**
   * Notes that an attempt has ended.
   *
   * @param runUid the run
   * @param attempt its number
   * @return whether it had not before
   */
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

  /**
   * Attempts that are processes of a controller and whose runs want them to go on.
   *
   * @return the attempts
   */
  public List<AttemptRow> wantedLocal() {
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

  /**
   * Attempts on a machine that have not ended, or whose process may still be there.
   *
   * @param host what the machine is called
   * @return the attempts
   */
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
   * An attempt on a cluster, as a launcher there needs to know it.
   *
   * @param runUid the run
   * @param attempt its number
   * @param open whether it has not ended
   * @param registered whether its trainer has registered
   * @param sinceLaunch time since it was begun
   * @param sinceEnd time since it ended; zero while it is open
   */
  public record OnCluster(
      UUID runUid,
      int attempt,
      boolean open,
      boolean registered,
      Duration sinceLaunch,
      Duration sinceEnd) {}

  /**
   * Attempts on the cluster that have not ended, and all attempts of some runs.
   *
   * @param withOpen whether to return those that have not ended
   * @param runUids the runs
   * @return the attempts
   */
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
