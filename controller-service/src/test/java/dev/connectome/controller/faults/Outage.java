package dev.connectome.controller.faults;

import dev.connectome.controller.fixture.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What can be wrong with a database for a while. */
enum Outage {
  /** The server is down: connections end, others are refused. */
  DOWN {
    @Override
    void begin(FaultWorld world) {
      world.databaseProxy().refuse();
    }

    @Override
    void end(FaultWorld world) {
      world.databaseProxy().heal();
    }
  },
  /** The network is: nothing is refused and nothing answered. */
  SILENT {
    @Override
    void begin(FaultWorld world) {
      world.databaseProxy().swallow();
    }

    @Override
    void end(FaultWorld world) {
      world.databaseProxy().heal();
    }
  },
  /** A standby has taken over that has not been promoted. */
  READ_ONLY {
    @Override
    void begin(FaultWorld world) throws SQLException {
      world.sql(set(world, "on"), END_SESSIONS);
    }

    @Override
    void end(FaultWorld world) throws SQLException {
      world.sql("SET default_transaction_read_only = off", set(world, "off"), END_SESSIONS);
    }

    private String set(FaultWorld world, String value) {
      return "ALTER DATABASE %s SET default_transaction_read_only = %s"
          .formatted(TestDatabase.nameOf(world.database()), value);
    }
  },
  /** No table can grow: every write fails as it does on a full disk. */
  FULL {
    @Override
    void begin(FaultWorld world) throws SQLException {
      world.sql(
          """
          CREATE OR REPLACE FUNCTION refuse_to_grow() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
          END $$
          """,
          onEveryTable(
              "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON %I EXECUTE FUNCTION refuse_to_grow()"));
    }

    @Override
    void end(FaultWorld world) throws SQLException {
      world.sql(onEveryTable("DROP TRIGGER full_disk ON %I"));
    }

    private String onEveryTable(String statement) {
      return """
          DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 LOOP
              EXECUTE format('%s', name);
              COMMIT; -- a lock on one table at a time, so that nobody waits for another in a circle
            END LOOP;
          END $$
          """
          .formatted(statement);
    }
  };

  private static final String END_SESSIONS =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> '%s'
      """
          .formatted(TestDatabase.POOLED);

  abstract void begin(FaultWorld world) throws SQLException;

  abstract void end(FaultWorld world) throws SQLException;

  /** Lets a fault last. */
  static void last(Duration time) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(time.toMillis());
  }

  /** How long outages last: {@code -Dfaults.outage=PT30S}. */
  static Duration length() {
    return Duration.parse(System.getProperty("faults.outage", "PT3S"));
  }
}
