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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server as a child process, on 127.0.0.1, with one user, whose password is made
 * at the first start, and one database.
 */
public final class PostgresServer implements AutoCloseable {
  public static final String USER = "connectome";
  public static final String DATABASE = "connectome";

  private static final Duration START_TIMEOUT = Duration.ofSeconds(40);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);
  private static final Duration GRACE_PERIOD = Duration.ofSeconds(3);

  private static final Map<String, String> SETTINGS =
      Map.of(
          "shared_buffers", "32MB",
          "max_connections", "50",
          // Benchmarks ask when a row was committed.
          "track_commit_timestamp", "on");

  private final List<String> command;
  private final Path log;
  private final Path pidFile;
  private final int port;
  private final String password;
  private final Restarts restarts;
  private Process process;

  private PostgresServer(List<String> command, PostgresFiles files, int port, String password)
      throws IOException {
    this.command = command;
    this.log = files.log();
    this.pidFile = files.pid();
    this.port = port;
    this.password = password;
    this.restarts = new Restarts("PostgreSQL", log);
    this.process = ProcessFile.record(pidFile, launch(command, log));
  }

  /**
   * Starts a server that accepts connections. Data of an earlier server on the same files is kept.
   *
   * @param programs PostgreSQL's programs, see {@link PostgresPrograms#unpacked}
   * @param overrides server settings that are added to, or replace, the built-in ones
   * @throws PlatformException if the server cannot be set up or does not start; the message ends
   *     with the last lines of its log
   * @throws InterruptedException if the thread is interrupted; no server is left running
   */
  public static PostgresServer start(
      Path programs, PostgresFiles files, int port, Map<String, String> overrides)
      throws IOException, InterruptedException {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.putAll(overrides);
    PostgresUser user = PostgresUser.find();
    if (!Files.exists(files.data().resolve("PG_VERSION")) || !Files.exists(files.password())) {
      initialize(programs, files, settings, user);
    }
    user.own(files.data());
    PostgresPidFile pidFile = new PostgresPidFile(files);
    Optional<ProcessHandle> running = pidFile.server();
    if (running.isPresent()) {
      throw PlatformException.failed(
          "a PostgreSQL server is running on "
              + files.data()
              + " (process "
              + running.get().pid()
              + "): end it first");
    }
    pidFile.deleteIfOfAnotherProcess();
    String password = Files.readString(files.password()).strip();
    List<String> command = new ArrayList<>();
    command.add(programs.resolve("bin/postgres").toString());
    command.addAll(List.of("-D", files.data().toString()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port), "-k", ""));
    command.addAll(options(settings));
    PostgresServer server =
        new PostgresServer(DetachedCommand.of(user.command(command)), files, port, password);
    try {
      server.awaitReady();
    } catch (InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static List<String> options(Map<String, String> settings) {
    return settings.entrySet().stream()
        .flatMap(setting -> Stream.of("-c", setting.getKey() + "=" + setting.getValue()))
        .toList();
  }

  private static void initialize(
      Path programs, PostgresFiles files, Map<String, String> settings, PostgresUser user)
      throws IOException, InterruptedException {
    // What is there was left by a setup that did not complete.
    Directories.delete(files.data());
    Files.deleteIfExists(files.password());
    Files.createFile(
        files.password(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    byte[] password = new byte[16];
    new SecureRandom().nextBytes(password);
    Files.writeString(files.password(), HexFormat.of().formatHex(password) + "\n");
    List<String> command = new ArrayList<>();
    command.add(programs.resolve("bin/initdb").toString());
    command.addAll(List.of("-D", files.data().toString(), "-U", USER));
    command.addAll(List.of("-E", "UTF8", "--locale=C"));
    command.addAll(List.of("--auth=scram-sha-256", "--pwfile=" + files.password()));
    command.addAll(options(settings));
    Process initdb = launch(user.command(command), files.log());
    StartLimit limit = StartLimit.of(START_TIMEOUT, initdb.toHandle());
    while (!initdb.waitFor(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
      if (limit.exceeded()) {
        initdb.destroyForcibly();
        throw PlatformException.failed(
            "PostgreSQL was not set up within "
                + limit.elapsed().toSeconds()
                + " s:\n"
                + LogTail.of(files.log()));
      }
    }
    if (initdb.exitValue() != 0) {
      Directories.delete(files.data());
      throw PlatformException.failed(
          "PostgreSQL could not be set up"
              + FullDisk.of(files.log())
              + ":\n"
              + LogTail.of(files.log()));
    }
  }

  private static Process launch(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(OwnerOnly.file(log).toFile()))
        .start();
  }

  private void awaitReady() throws InterruptedException {
    Process first = current();
    StartLimit limit = StartLimit.of(START_TIMEOUT, first.toHandle());
    do {
      try {
        createDatabase();
        return;
      } catch (SQLException e) {
        if (limit.exceeded()) {
          throw PlatformException.failed(
              "PostgreSQL was not ready within "
                  + limit.elapsed().toSeconds()
                  + " s ("
                  + e.getMessage()
                  + "):\n"
                  + LogTail.of(log),
              e);
        }
      }
    } while (!first.waitFor(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    throw PlatformException.failed(
        "PostgreSQL did not start" + FullDisk.of(log) + ":\n" + LogTail.of(log));
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

  /**
   * Starts the server again from now on whenever it dies.
   *
   * @param messages gets a line for each time
   */
  void supervise(Consumer<String> messages) {
    Thread watcher = new Thread(() -> watch(messages), "watch-postgres");
    watcher.setDaemon(true);
    watcher.start();
  }

  private void watch(Consumer<String> messages) {
    try {
      Instant started;
      int exitCode;
      do {
        started = Instant.now();
        exitCode = current().waitFor();
      } while (restarts.after(
          exitCode, Duration.between(started, Instant.now()), this::restart, messages));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void restart() throws IOException {
    process = ProcessFile.record(pidFile, launch(command, log));
  }

  private synchronized Process current() {
    return process;
  }

  /** The URL of {@link #DATABASE}, without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  public int port() {
    return port;
  }

  public String password() {
    return password;
  }

  /** The live server process on the files, whoever started it. */
  static Optional<ProcessHandle> runningOn(PostgresFiles files) {
    return new PostgresPidFile(files).server();
  }

  /** Shuts a server down without waiting for its clients; kills it after the grace period. */
  static void shutDown(ProcessHandle server, Duration gracePeriod) {
    if (!server.isAlive()) {
      return;
    }
    try {
      // Fast shutdown. After SIGTERM it would wait for its clients to disconnect.
      new ProcessBuilder("sh", "-c", "kill -INT " + server.pid()).inheritIO().start();
    } catch (IOException e) {
      server.destroy();
    }
    ProcessTermination.awaitOrKill(List.of(server), gracePeriod);
  }

  @Override
  public void close() {
    restarts.end();
    shutDown(current().toHandle(), GRACE_PERIOD);
  }
}
