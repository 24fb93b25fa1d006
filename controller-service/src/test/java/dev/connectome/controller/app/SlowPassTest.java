package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A slow pass of one loop keeps no other from its work. */
class SlowPassTest {

  /** Shorter than the clocks of runs bear, which is half the shortest heartbeat timeout. */
  private static final Duration STEP = Duration.ofSeconds(3);

  private static final int STEPS = 5;

  private final DataSource database = TestDatabase.createWithClock(Duration.ZERO);

  @Test
  void theClocksOfRunsGoOnHoweverLongTheWatchdogTakes() throws Exception {
    ControllerUnderTest controller = ControllerUnderTest.start(database, Map.of());
    try (Connection lock = database.getConnection()) {
      String upSince = installation("up_since");
      lock.setAutoCommit(false);
      try (Statement statement = lock.createStatement()) {
        statement.execute("LOCK TABLE heartbeats IN ACCESS EXCLUSIVE MODE");
      }
      await().until(() -> waits("FROM runs JOIN heartbeats"));

      for (int step = 1; step <= STEPS; step++) {
        TestDatabase.setClock(database, STEP.multipliedBy(step));
        await().until(() -> installation("now() - alive_time < interval '2 s'").equals("t"));
      }
      lock.rollback();

      assertThat(installation("up_since")).isEqualTo(upSince);
    } finally {
      controller.close();
    }
  }

  /** Whether a statement with a text waits for a lock. */
  private boolean waits(String text) throws SQLException {
    return !installation(
            """
            (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
              AND wait_event_type = 'Lock' AND query LIKE '%%%s%%')
            """
                .formatted(text))
        .equals("0");
  }

  private String installation(String expression) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT %s FROM installation".formatted(expression))) {
      row.next();
      return row.getString(1);
    }
  }
}
