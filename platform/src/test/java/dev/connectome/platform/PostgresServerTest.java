package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.platform.fixture.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {

  private static final Map<String, String> NO_FSYNC = Map.of("fsync", "off");

  private static Path programs;

  @TempDir Path directory;

  @BeforeEach
  void createFolder() throws Exception {
    Files.createDirectory(pids());
  }

  @BeforeAll
  static void unpack() throws Exception {
    programs = PostgresPrograms.unpacked(Installation.current().unpackedPrograms());
  }

  @Test
  void theDatabaseIsCreatedOnceAndItsDataKeptOverARestart() throws Exception {
    String password;
    try (PostgresServer server = start(FreePort.find())) {
      password = server.password();
      execute(server, "CREATE TABLE kept (value int)");
      execute(server, "INSERT INTO kept VALUES (42)");
    }

    try (PostgresServer server = start(FreePort.find())) {
      assertThat(server.password()).isEqualTo(password);
      assertThat(query(server, "SELECT value FROM kept")).isEqualTo("42");
    }
    assertThat(PostgresServer.runningOn(files())).isEmpty();
  }

  @Test
  void aServerThatIsKilledIsStartedAgainUntilItIsClosed() throws Exception {
    List<String> messages = new CopyOnWriteArrayList<>();
    try (PostgresServer server = start(FreePort.find())) {
      execute(server, "CREATE TABLE kept (value int)");
      server.supervise(messages::add);
      ProcessHandle first = PostgresServer.runningOn(files()).orElseThrow();
      Path away = Files.move(pids(), directory.resolve("away"));

      first.destroyForcibly();

      await().atMost(Duration.ofMinutes(1)).until(() -> messages.size() == 2);
      assertThat(messages.get(1)).startsWith("PostgreSQL could not be restarted: " + pids());
      Files.move(away, pids());
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptionsInstanceOf(SQLException.class)
          .until(() -> query(server, "SELECT count(*) FROM kept"), "0"::equals);
      assertThat(messages.get(0)).startsWith("PostgreSQL ended with exit code 137; restarting");
    }
    assertThat(PostgresServer.runningOn(files())).isEmpty();
  }

  @Test
  void onlyTheRightPasswordIsAccepted() throws Exception {
    try (PostgresServer server = start(FreePort.find())) {
      assertThatThrownBy(
              () ->
                  DriverManager.getConnection(server.jdbcUrl(), PostgresServer.USER, "wrong")
                      .close())
          .isInstanceOfSatisfying(
              SQLException.class, refused -> assertThat(refused.getSQLState()).isEqualTo("28P01"));

      assertThat(Files.getPosixFilePermissions(files().password()))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void overridesReplaceAndExtendTheBuiltInSettings() throws Exception {
    var overrides = Map.of("fsync", "off", "max_connections", "7");
    try (PostgresServer server =
        PostgresServer.start(programs, files(), FreePort.find(), overrides)) {
      assertThat(query(server, "SHOW fsync")).isEqualTo("off");
      assertThat(query(server, "SHOW max_connections")).isEqualTo("7");
      assertThat(query(server, "SHOW track_commit_timestamp")).isEqualTo("on");
    }
  }

  @Test
  void aServerThatDoesNotStartShowsTheEndOfItsLog() throws Exception {
    int port = FreePort.find();
    try (PostgresServer first = start(port)) {
      var other =
          new PostgresFiles(
              directory.resolve("other"),
              directory.resolve("other-password"),
              files().log(),
              directory.resolve("other-pid"));

      assertThatThrownBy(() -> PostgresServer.start(programs, other, port, NO_FSYNC))
          .isInstanceOf(PlatformException.class)
          .hasMessageStartingWith("PostgreSQL did not start:")
          .hasMessageContaining("Address already in use");
      assertThat(query(first, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aLiveServerWhoseProgramsAreGoneKeepsItsPidFile() throws Exception {
    Path own = directory.resolve("programs");
    copy(programs, own);
    try (PostgresServer live = PostgresServer.start(own, files(), FreePort.find(), NO_FSYNC)) {
      Directories.delete(own);

      assertThat(PostgresServer.runningOn(files())).isPresent();
      assertThatThrownBy(() -> start(FreePort.find()))
          .isInstanceOf(PlatformException.class)
          .hasMessageStartingWith("a PostgreSQL server is running on " + files().data());
      assertThat(files().data().resolve("postmaster.pid")).exists();
      assertThat(query(live, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void thePidFileOfAKilledServerIsNoObstacleWhoeverHasItsIdNow() throws Exception {
    start(FreePort.find()).close();
    Path pidFile = files().data().resolve("postmaster.pid");
    for (long pid : List.of(ProcessHandle.current().pid(), 1L << 21)) {
      Files.writeString(
          pidFile, pid + "\n" + files().data() + "\n1\n5432\n\n127.0.0.1\n  1  1\nready\n");

      try (PostgresServer server = start(FreePort.find())) {
        assertThat(query(server, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    assertThat(new ProcessBuilder("cp", "-a", from.toString(), to.toString()).start().waitFor())
        .isZero();
  }

  private Path pids() {
    return directory.resolve("pids");
  }

  private PostgresFiles files() {
    return new PostgresFiles(
        directory.resolve("data"),
        directory.resolve("password"),
        directory.resolve("log"),
        pids().resolve("postgres.pid"));
  }

  private PostgresServer start(int port) throws Exception {
    return PostgresServer.start(programs, files(), port, NO_FSYNC);
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), PostgresServer.USER, server.password());
  }

  private static void execute(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
