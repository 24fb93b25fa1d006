package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL server as a child process, on 127.0.0.1, with one database and a password made
 * at its first start.
 */
final class PostgresServer implements AutoCloseable {
  static final String USER = "connectome";
  static final String DATABASE = "connectome";

  private static final Duration START_LIMIT = Duration.ofSeconds(40);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Process process;
  private final int port;
  private final String password;

  private PostgresServer(Process process, int port, String password) {
    this.process = process;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts a server; the data of an earlier one on the same directory is there again.
   *
   * @param programs PostgreSQL's programs
   * @param state where data, password and log are kept
   * @param port where to listen
   * @return the server, which accepts connections
   * @throws IOException if it cannot be set up
   * @throws InterruptedException if the thread is interrupted; the server is ended then
   */
  static PostgresServer start(Path programs, StateDirectory state, int port)
      throws IOException, InterruptedException {
    Path data = state.postgres();
    if (!Files.exists(data.resolve("PG_VERSION")) || !Files.exists(state.postgresPassword())) {
      initialise(programs, state);
    }
    if (runningOn(data).isEmpty()) {
      // Left by a server that was killed; its number may be another process's by now.
      Files.deleteIfExists(data.resolve("postmaster.pid"));
    }
    String password = Files.readString(state.postgresPassword()).strip();
    Process process =
        new ProcessBuilder(DetachedCommand.of(asOrdinaryUser(serverCommand(programs, data, port))))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(state.log(ServiceNames.POSTGRES).toFile()))
            .start();
    PostgresServer server = new PostgresServer(process, port, password);
    try {
      server.awaitReady(state.log(ServiceNames.POSTGRES));
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static List<String> serverCommand(Path programs, Path data, int port) {
    return List.of(
        programs.resolve("bin/postgres").toString(),
        "-D",
        data.toString(),
        "-p",
        Integer.toString(port),
        "-h",
        "127.0.0.1",
        "-k",
        "",
        "-c",
        "shared_buffers=32MB",
        "-c",
        "max_connections=50",
        // Benchmarks ask when a row was committed.
        "-c",
        "track_commit_timestamp=on");
  }

  private static void initialise(Path programs, StateDirectory state)
      throws IOException, InterruptedException {
    // What is there was not completed.
    Directories.delete(state.postgres());
    Path passwordFile = state.postgresPassword();
    Files.deleteIfExists(passwordFile);
    Files.createFile(
        passwordFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    byte[] password = new byte[16];
    new SecureRandom().nextBytes(password);
    Files.writeString(passwordFile, HexFormat.of().formatHex(password) + "\n");
    Path log = state.log(ServiceNames.POSTGRES);
    Process initdb =
        new ProcessBuilder(
                asOrdinaryUser(
                    List.of(
                        programs.resolve("bin/initdb").toString(),
                        "-D",
                        state.postgres().toString(),
                        "-U",
                        USER,
                        "-E",
                        "UTF8",
                        "--locale=C",
                        "--auth=scram-sha-256",
                        "--pwfile=" + passwordFile)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (!initdb.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      initdb.destroyForcibly();
      throw PlatformException.failed(
          "PostgreSQL was not set up within " + START_LIMIT.toSeconds() + " s, see " + log);
    }
    if (initdb.exitValue() != 0) {
      Directories.delete(state.postgres());
      throw PlatformException.failed("PostgreSQL could not be set up:\n" + LogTail.of(log));
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace without a mapping root is nobody. */
  private static List<String> asOrdinaryUser(List<String> command) throws IOException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return command;
    }
    List<String> unshared = new ArrayList<>(List.of("unshare", "-U"));
    unshared.addAll(command);
    return unshared;
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    Instant limit = Instant.now().plus(START_LIMIT);
    while (true) {
      if (!process.isAlive()) {
        throw PlatformException.failed("PostgreSQL did not start:\n" + LogTail.of(log));
      }
      try {
        createDatabase();
        return;
      } catch (SQLException e) {
        if (Instant.now().isAfter(limit)) {
          throw PlatformException.failed(
              "PostgreSQL was not ready within "
                  + START_LIMIT.toSeconds()
                  + " s ("
                  + e.getMessage()
                  + "):\n"
                  + LogTail.of(log),
              e);
        }
      }
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        continue;
      }
    }
  }

  private void createDatabase() throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, password);
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
      if (!found.next()) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
    }
  }

  private String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  String password() {
    return password;
  }

  /**
   * The server that runs on a data directory.
   *
   * @param data the directory
   * @return the server process, if one lives
   */
  static Optional<ProcessHandle> runningOn(Path data) {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
          .filter(ProcessHandle::isAlive)
          .filter(process -> process.info().command().orElse("").endsWith("/postgres"));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * Ends a server at once: connections are closed, what was committed is written.
   *
   * @param server its process
   * @param patience how long to wait before force
   */
  static void end(ProcessHandle server, Duration patience) {
    if (!server.isAlive()) {
      return;
    }
    try {
      // SIGTERM would wait for the clients to go.
      new ProcessBuilder("sh", "-c", "kill -INT " + server.pid()).inheritIO().start();
    } catch (IOException e) {
      server.destroy();
    }
    ProcessTermination.awaitOrKill(List.of(server), patience);
  }

  @Override
  public void close() {
    end(process.toHandle(), PATIENCE);
  }
}
