package dev.connectome.controller.faults;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/**
 * A place in a stop where the controller waits until a test has killed it. It is made of triggers
 * in the test's database, which wait for a lock that the test holds: the controller that is killed
 * is the very one that is deployed.
 */
final class FaultPoint implements AutoCloseable {

  /** The steps of a stop that are stored. */
  enum Step {
    DECIDED("decisions", "INSERT", "NEW.enforced"),
    LEASED("stop_commands", "UPDATE", "NEW.push_attempts > OLD.push_attempts"),
    ACKNOWLEDGED(
        "stop_commands", "UPDATE", "NEW.phase = 'ACKNOWLEDGED' AND OLD.phase <> NEW.phase"),
    ESCALATED("stop_commands", "UPDATE", "NEW.phase = 'ESCALATED' AND OLD.phase <> NEW.phase"),
    ENDED("runs", "UPDATE", "NEW.state = 'STOPPED' AND OLD.state <> NEW.state"),
    FINISHED("stop_commands", "UPDATE", "NEW.finish_time IS NOT NULL");

    private final String table;
    private final String change;
    private final String condition;

    Step(String table, String change, String condition) {
      this.table = table;
      this.change = change;
      this.condition = condition;
    }
  }

  /** Whether the step has happened once the controller is dead. */
  enum Moment {
    /** The step is under way and is undone. */
    BEFORE,
    /** The step is being committed; the controller does not live to see it. */
    AFTER
  }

  /** The space of the locks. */
  private static final int LOCKS = 0x66617574;

  private final Connection holder;
  private final Moment moment;
  private final int key = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

  private FaultPoint(Connection holder, Moment moment) {
    this.holder = holder;
    this.moment = moment;
  }

  /** Prepares a database. */
  static void install(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE fault_points (run_uid uuid, place text, key integer PRIMARY KEY)");
      statement.execute(
          """
          CREATE FUNCTION wait_at_fault_point() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_advisory_xact_lock_shared(%d, key) FROM fault_points
            WHERE place = TG_ARGV[0]
              AND run_uid::text = coalesce(to_jsonb(NEW) ->> 'run_uid', to_jsonb(NEW) ->> 'uid');
            RETURN NEW;
          END $$
          """
              .formatted(LOCKS));
      for (Step step : Step.values()) {
        statement.execute(
            """
            CREATE TRIGGER before_%1$s BEFORE %2$s ON %3$s FOR EACH ROW WHEN (%4$s)
            EXECUTE FUNCTION wait_at_fault_point('%1$s BEFORE')
            """
                .formatted(step, step.change, step.table, step.condition));
        statement.execute(
            """
            CREATE CONSTRAINT TRIGGER after_%1$s AFTER %2$s ON %3$s DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (%4$s) EXECUTE FUNCTION wait_at_fault_point('%1$s AFTER')
            """
                .formatted(step, step.change, step.table, step.condition));
      }
    }
  }

  /** Lets the controller wait at a step of the stop of a run. */
  static FaultPoint arm(DataSource database, Step step, Moment moment, UUID runUid)
      throws SQLException {
    var point = new FaultPoint(database.getConnection(), moment);
    try (Statement statement = point.holder.createStatement();
        PreparedStatement insert =
            point.holder.prepareStatement("INSERT INTO fault_points VALUES (?, ?, ?)")) {
      statement.execute("SELECT pg_advisory_lock(%d, %d)".formatted(LOCKS, point.key));
      insert.setObject(1, runUid);
      insert.setString(2, step + " " + moment);
      insert.setInt(3, point.key);
      insert.execute();
    }
    return point;
  }

  /** Waits until the controller is there. */
  void awaitReached() {
    await().atMost(Duration.ofSeconds(60)).until(() -> !waiting().isEmpty());
  }

  /** The controller is dead: what it was doing is undone, or done, as the moment says. */
  void controllerIsDead() throws SQLException {
    if (moment == Moment.BEFORE) {
      try (Statement statement = holder.createStatement()) {
        for (int backend : waiting()) {
          statement.execute("SELECT pg_terminate_backend(%d)".formatted(backend));
        }
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> waiting().isEmpty());
    }
    close();
  }

  private List<Integer> waiting() throws SQLException {
    try (Statement statement = holder.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT pid FROM pg_locks
                WHERE locktype = 'advisory' AND NOT granted
                  AND classid::bigint = %d AND objid::bigint = %d
                """
                    .formatted(LOCKS, key))) {
      List<Integer> backends = new ArrayList<>();
      while (rows.next()) {
        backends.add(rows.getInt(1));
      }
      return backends;
    }
  }

  /** Lets everybody pass. */
  @Override
  public void close() throws SQLException {
    if (holder.isClosed()) {
      return;
    }
    try (Statement statement = holder.createStatement()) {
      statement.execute("DELETE FROM fault_points WHERE key = " + key);
    }
    holder.close();
  }
}
