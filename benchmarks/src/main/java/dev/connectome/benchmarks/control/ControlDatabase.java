package dev.connectome.benchmarks.control;

import dev.connectome.cli.CommandFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the benchmark needs of the controller's database and the API does not offer: the commit
 * times of rows, from PostgreSQL's own record, and a large number of ended runs.
 */
final class ControlDatabase implements AutoCloseable {
  private static final String DECISIONS =
      """
      SELECT decisions.run_uid, pg_xact_commit_timestamp(decisions.xmin) FROM decisions
      JOIN runs ON runs.uid = decisions.run_uid
      WHERE decisions.enforced AND runs.labels @> jsonb_build_object('bench', ?)
      ORDER BY 2
      """;
  private static final String ACKNOWLEDGEMENTS =
      """
      SELECT events.run_uid, pg_xact_commit_timestamp(events.xmin) FROM events
      JOIN runs ON runs.uid = events.run_uid
      WHERE events.kind = 'STOP_ACKNOWLEDGED' AND runs.labels @> jsonb_build_object('bench', ?)
      ORDER BY 2
      """;
  private static final List<String> ENDED_RUNS =
      List.of(
          """
          INSERT INTO runs (uid, run_id, labels, launcher, definition, state, state_message, attempt,
            position, create_time, start_time, end_time)
          SELECT gen_random_uuid(), 'listed-' || lpad(i::text, 8, '0'),
            jsonb_build_object('listed', 'true', 'team', 't' || i % 10, 'sweep', 's' || i % 1000),
            'EXTERNAL', template.definition,
            CASE WHEN i % 10 < 6 THEN 'STOPPED' WHEN i % 10 < 9 THEN 'COMPLETED' ELSE 'FAILED' END,
            '', 1, 6, now() - i * interval '1 second', now() - i * interval '1 second',
            now() - i * interval '1 second'
          FROM generate_series(1, ?) AS i, (SELECT definition FROM runs WHERE run_id = 'listed') AS template
          """,
          "INSERT INTO heartbeats (run_uid) SELECT uid FROM runs WHERE run_id LIKE 'listed-%'",
          """
          INSERT INTO attempts (run_uid, attempt, instance_id, endpoint, register_time, end_time)
          SELECT uid, 1, 'listed-' || uid, '127.0.0.1:1', create_time, end_time
          FROM runs WHERE run_id LIKE 'listed-%'
          """,
          """
          INSERT INTO stop_commands (command_id, run_uid, attempt, mode, reason, deadline, phase,
            create_time, acknowledge_time, finish_time)
          SELECT gen_random_uuid(), uid, 1, 'GRACEFUL', 'seeded', end_time, 'DONE', end_time, end_time, end_time
          FROM runs WHERE run_id LIKE 'listed-%' AND state = 'STOPPED'
          """,
          """
          INSERT INTO decisions (run_uid, policy_id, enforced, decision, decide_time)
          SELECT uid, 'manual', true, ''::bytea, end_time
          FROM runs WHERE run_id LIKE 'listed-%' AND state = 'STOPPED'
          """);

  private static final List<String> HISTORIES =
      List.of(
          """
          INSERT INTO runs (uid, run_id, labels, launcher, definition, state, attempt, position,
            judged_attempt, judged_epoch, start_time)
          SELECT gen_random_uuid(), 'PREFIX-' || i, '{}', 'EXTERNAL', template.definition, 'RUNNING',
            1, EPOCHS, 1, EPOCHS, now()
          FROM generate_series(1, ?) AS i, (SELECT definition FROM runs WHERE run_id = 'history') AS template
          """,
          """
          INSERT INTO heartbeats (run_uid, last_heartbeat)
          SELECT uid, now() + interval '1 day' FROM runs WHERE run_id LIKE 'PREFIX-%'
          """,
          """
          INSERT INTO attempts (run_uid, attempt, instance_id, endpoint, register_time)
          SELECT uid, 1, 'PREFIX-' || uid, '127.0.0.1:1', now() FROM runs WHERE run_id LIKE 'PREFIX-%'
          """,
          """
          INSERT INTO signatures (run_uid, attempt, epoch, position, late, record, previous_epoch,
            series_distances, series_names, series_values)
          SELECT uid, 1, epoch, epoch, false, ?, epoch - 1, 4,
            ARRAY['birthDistance', 'connectomeDistance', 'deathDistance', 'topologicalDistance',
              'birthMean', 'deathMean', 'trainAccuracy', 'trainLoss'],
            ARRAY[1, 20, 10, 10, 0.5, 0.5, 0.9, 1.0 / epoch]::double precision[]
          FROM runs, generate_series(1, EPOCHS) AS epoch WHERE run_id LIKE 'PREFIX-%'
          """);

  private final Connection connection;

  ControlDatabase(Connection connection) {
    this.connection = connection;
    try (Statement statement = connection.createStatement();
        ResultSet setting = statement.executeQuery("SHOW track_commit_timestamp")) {
      setting.next();
      if (!setting.getString(1).equals("on")) {
        throw CommandFailure.badInput(
            "the database does not record commit times: start it with track_commit_timestamp=on, as"
                + " 'connectome up' does");
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Commit times of the decisions to stop, by uid of the run, for the runs with a label. */
  Map<String, List<Instant>> decisions(String label) {
    return times(DECISIONS, label);
  }

  /** Commit times of the trainers' acknowledgements. */
  Map<String, List<Instant>> acknowledgements(String label) {
    return times(ACKNOWLEDGEMENTS, label);
  }

  private Map<String, List<Instant>> times(String query, String label) {
    Map<String, List<Instant>> times = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, label);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          times
              .computeIfAbsent(rows.getString(1), uid -> new ArrayList<>())
              .add(rows.getTimestamp(2).toInstant());
        }
      }
      return times;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Inserts ended runs with attempts, decisions and stops, like the run named {@code listed}. */
  void addEndedRuns(int count) {
    try {
      connection.setAutoCommit(false);
      for (String insert : ENDED_RUNS) {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
          if (insert.contains("?")) {
            statement.setInt(1, count);
          }
          statement.executeUpdate();
        }
      }
      connection.commit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("VACUUM ANALYZE");
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Inserts running runs, like the run named {@code history}, with a series that policies have
   * evaluated. Returns their uids.
   *
   * @param record of each epoch
   */
  List<String> addHistories(String prefix, int runs, int epochs, byte[] record) {
    try {
      for (String insert : HISTORIES) {
        try (PreparedStatement statement =
            connection.prepareStatement(
                insert.replace("PREFIX", prefix).replace("EPOCHS", Integer.toString(epochs)))) {
          if (insert.contains("record")) {
            statement.setBytes(1, record);
          } else if (insert.contains("?")) {
            statement.setInt(1, runs);
          }
          statement.executeUpdate();
        }
      }
      List<String> uids = new ArrayList<>();
      try (Statement statement = connection.createStatement()) {
        statement.execute("VACUUM ANALYZE");
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT uid FROM runs WHERE run_id LIKE '%s-%%'".formatted(prefix))) {
          while (rows.next()) {
            uids.add(rows.getString(1));
          }
        }
      }
      return uids;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** How many runs whose names begin so have been evaluated up to an epoch. */
  int evaluated(String prefix, int epoch) {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM runs WHERE run_id LIKE '%s-%%' AND judged_epoch >= %d"
                    .formatted(prefix, epoch))) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static CommandFailure failed(SQLException e) {
    return CommandFailure.failed("the database refused a statement: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
