package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events and signatures of a run are one log, which the database guards. */
class RunLogTest extends ApiOverGrpc {

  private final DataSource database = TestDatabase.create();
  private String uid;

  @Override
  DataSource database() {
    return database;
  }

  @BeforeEach
  void run() throws Exception {
    uid = create("a", "").getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, 9);
    }
  }

  @Test
  void entriesOfBothKindsHaveOnePositionEach() throws Exception {
    arrive(uid, 5, 9, 4, 9);
    stopRun("a");

    assertThat(
            number(
                """
                SELECT count(DISTINCT position) - count(*) FROM (
                  SELECT position FROM events UNION ALL SELECT position FROM signatures) AS entries
                """))
        .isZero();
    assertThat(number("SELECT position FROM runs"))
        .isEqualTo(
            number(
                """
                SELECT count(*) FROM (
                  SELECT position FROM events UNION ALL SELECT position FROM signatures) AS entries
                """))
        .isEqualTo(controller.get("a").getPosition());
  }

  @Test
  void theDatabaseRefusesASecondEntryAtAPosition() {
    assertThatThrownBy(
            () ->
                execute(
                    """
                    INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
                    SELECT run_uid, position, 'X', 'test', '', 'RUNNING', 1 FROM signatures LIMIT 1
                    """))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("has a signature");
    assertThatThrownBy(
            () ->
                execute(
                    """
                    INSERT INTO signatures (run_uid, attempt, epoch, position, late, record)
                    SELECT run_uid, 1, 99, position, false, '' FROM events LIMIT 1
                    """))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("has an event");
  }

  @Test
  void thePositionOfARunNeverGoesBack() throws Exception {
    long before = controller.get("a").getPosition();

    execute("UPDATE runs SET position = 1");

    assertThat(controller.get("a").getPosition()).isEqualTo(before);
    stopRun("a");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String query) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
