package dev.connectome.controller.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.platform.fixture.SharedPostgres;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/**
 * The controller of the previous release goes on beside this one: what it reads and writes is there
 * after the migrations of this release as it was, and nothing refuses what it writes.
 */
class ExpandOnlyTest {

  /** The newest migration of the previous release. */
  private static final String PREVIOUS = "31";

  /** A migration that took away columns, before there was a previous release. */
  private static final String CONTRACTED = "9.1";

  private static final String COLUMNS =
      """
      SELECT concat_ws(' ', table_name || '.' || column_name, data_type,
        CASE is_nullable WHEN 'NO' THEN 'NOT NULL' END) FROM information_schema.columns
      WHERE table_schema = 'public'
      """;

  private static final String TO_BE_GIVEN =
      """
      SELECT table_name || '.' || column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL
        AND is_identity = 'NO' AND table_name = ANY (:known)
      """;

  private static final String RESTRICTIONS =
      """
      SELECT relname || ': ' || definition FROM (
        SELECT conrelid AS table_oid, conkey AS columns, pg_get_constraintdef(oid) AS definition
          FROM pg_constraint WHERE contype <> 'n'
        UNION SELECT indrelid, string_to_array(indkey::text, ' ')::int2[],
            regexp_replace(pg_get_indexdef(indexrelid), ' INDEX \\S+', '')
          FROM pg_index WHERE indisunique) AS restrictions
      JOIN pg_class ON pg_class.oid = table_oid
      WHERE relnamespace = 'public'::regnamespace
        AND EXISTS (SELECT FROM pg_attribute
          WHERE attrelid = table_oid AND attnum = ANY (columns)
            AND relname || '.' || attname = ANY (:known))
      """;

  private static final String TABLES =
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";

  private static final String NAMES =
      """
      SELECT table_name || '.' || column_name FROM information_schema.columns
      WHERE table_schema = 'public'
      """;

  @Test
  void whatThePreviousReleaseReadsAndWritesIsAsItWas() {
    assertThat(brokenFor(migrated(PREVIOUS), migrated("latest"))).isEmpty();
  }

  @Test
  void aColumnThatIsTakenAwayIsNoticed() {
    assertThat(brokenFor(migrated("9"), migrated(CONTRACTED)))
        .contains("gone: runs.last_heartbeat timestamp with time zone");
  }

  /** What a release that knows the first database would not find, or be refused, in the second. */
  private static Set<String> brokenFor(DataSource known, DataSource present) {
    List<String> tables = rows(known, TABLES);
    List<String> names = rows(known, NAMES);
    Set<String> broken = new TreeSet<>();
    minus(rows(known, COLUMNS), rows(present, COLUMNS))
        .forEach(column -> broken.add("gone: " + column));
    minus(rows(present, TO_BE_GIVEN, tables), rows(known, TO_BE_GIVEN, tables))
        .forEach(column -> broken.add("without a default: " + column));
    minus(rows(present, RESTRICTIONS, names), rows(known, RESTRICTIONS, names))
        .forEach(restriction -> broken.add("new restriction: " + restriction));
    return broken;
  }

  private static Set<String> minus(List<String> all, List<String> some) {
    Set<String> rest = new TreeSet<>(all);
    some.forEach(rest::remove);
    return rest;
  }

  private static List<String> rows(DataSource database, String query) {
    return Jdbi.create(database)
        .withHandle(handle -> handle.createQuery(query).mapTo(String.class).list());
  }

  private static List<String> rows(DataSource database, String query, List<String> known) {
    return Jdbi.create(database)
        .withHandle(
            handle ->
                handle
                    .createQuery(query)
                    .bindArray("known", String.class, known)
                    .mapTo(String.class)
                    .list());
  }

  private static DataSource migrated(String target) {
    DataSource database = SharedPostgres.createDatabase();
    Flyway.configure()
        .dataSource(database)
        .locations("db/migration")
        .target(target)
        .load()
        .migrate();
    return database;
  }
}
