package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.identity.client.ProcessStamp;
import dev.connectome.platform.fixture.FreePort;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that starts what a platform starts is killed. */
class GuardTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir Path root;

  @Test
  void nothingOutlivesAPlatformThatIsKilledAndTheNextOneWaitsForItsEnd() throws Exception {
    StateDirectory state = new StateDirectory(root.resolve("a folder, with a comma"));
    Process platform = startPlatform(state);
    try {
      await().atMost(TIMEOUT).until(() -> isUp(state, platform));
      List<ProcessHandle> children = children(state);
      assertThat(children).hasSize(5);

      platform.destroyForcibly().waitFor();

      await().atMost(TIMEOUT).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      try (StateLock next = StateLock.acquire(state, line -> {})) {
        assertThat(next).isNotNull();
        assertThat(state.servicePids()).isEmpty();
        assertThat(state.log("guard")).content().contains("ended 5 processes");
      }
    } finally {
      platform.destroyForcibly();
    }
  }

  /** As after a clean of the build whose files this program consists of. */
  @Test
  void withoutItsProgramTheGuardEndsWhatIsRecordedAndNothingElse() throws Exception {
    StateDirectory state = new StateDirectory(root.resolve("a folder, with a comma"));
    Process platform =
        new ProcessBuilder(
                JavaCommand.ofThisClassPath(
                    List.of("-Xmx64m"),
                    PlatformWithoutFiles.class,
                    List.of(state.root().toString())))
            .inheritIO()
            .start();
    Process bystander = new ProcessBuilder("sleep", "600").start();
    try {
      await().atMost(TIMEOUT).until(() -> isUp(state, platform));
      List<ProcessHandle> children =
          Stream.of(
                  state.pid(ServiceNames.CONTROLLER),
                  state.pid(ServiceNames.CONNECTOME),
                  state.pid(ServiceNames.KAFKA),
                  state.postgres().pid(),
                  state.trainerPids().get(0))
              .map(ProcessFile::find)
              .flatMap(Optional::stream)
              .toList();
      assertThat(children).hasSize(5);
      ProcessStamp reused =
          new ProcessStamp(
              bystander.pid(), "1", ProcessStamp.of(bystander.pid()).orElseThrow().boot());
      Files.writeString(state.pid("earlier"), "%d\n0\n%s\n".formatted(bystander.pid(), reused));

      platform.destroyForcibly().waitFor();

      await().atMost(TIMEOUT).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      await()
          .atMost(TIMEOUT)
          .until(() -> Files.readString(state.log("guard")).contains("could not be run"));
      assertThat(bystander.isAlive()).isTrue();
    } finally {
      platform.destroyForcibly();
      bystander.destroyForcibly();
    }
  }

  @Test
  void aGuardThatIsKilledIsReplacedAndOneThatIsClosedEndsNothing() throws Exception {
    StateDirectory state = new StateDirectory(root);
    state.prepare();
    ProcessHandle replaced;
    Process child = new ProcessBuilder("sleep", "600").start();
    ProcessFile.write(state.pid(ServiceNames.CONTROLLER), child.toHandle());
    try (Guard guard = Guard.start(state)) {
      ProcessHandle first = guard.process();
      first.destroyForcibly();
      await().atMost(TIMEOUT).until(() -> !guard.process().equals(first));
      replaced = guard.process();
      assertThat(replaced.isAlive()).isTrue();
    }
    await().atMost(TIMEOUT).until(() -> !replaced.isAlive());
    assertThat(child.isAlive()).isTrue();
    child.destroyForcibly();
  }

  @Test
  void aGuardThatCannotBeReplacedYetIsReplacedLater() throws Exception {
    StateDirectory state = new StateDirectory(root.resolve("state"));
    state.prepare();
    List<LogRecord> said = new CopyOnWriteArrayList<>();
    Logger log = Logger.getLogger(Guard.class.getName());
    Handler handler = new Collector(said);
    log.addHandler(handler);
    try (Guard guard = Guard.start(state)) {
      ProcessHandle first = guard.process();
      Path away = Files.move(state.logs(), root.resolve("away"));

      first.destroyForcibly();

      await().atMost(TIMEOUT).until(() -> !said.isEmpty());
      Files.move(away, state.logs());
      await().atMost(TIMEOUT).until(() -> !guard.process().equals(first));
      assertThat(guard.process().isAlive()).isTrue();
      assertThat(said)
          .singleElement()
          .satisfies(line -> assertThat(line.getMessage()).contains("cannot be replaced yet"));
    } finally {
      log.removeHandler(handler);
    }
  }

  private static final class Collector extends Handler {
    private final List<LogRecord> records;

    Collector(List<LogRecord> records) {
      this.records = records;
    }

    @Override
    public void publish(LogRecord line) {
      records.add(line);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static Process startPlatform(StateDirectory state) throws IOException {
    return new ProcessBuilder(
            JavaCommand.ofThisClassPath(
                List.of("-Xmx64m"), PlatformToKill.class, List.of(state.root().toString())))
        .inheritIO()
        .start();
  }

  private static boolean isUp(StateDirectory state, Process platform) {
    assertThat(platform.isAlive()).isTrue();
    return Files.exists(state.endpoints());
  }

  private static List<ProcessHandle> children(StateDirectory state) throws IOException {
    List<Path> files =
        List.of(
            state.pid(ServiceNames.CONTROLLER),
            state.pid(ServiceNames.CONNECTOME),
            state.pid(ServiceNames.KAFKA),
            state.trainerPids().get(0));
    return Stream.concat(
            files.stream().map(ProcessFile::find),
            Stream.of(PostgresServer.runningOn(state.postgres())))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Records processes that stand for those of a platform. */
  static final class PlatformWithoutFiles {
    private PlatformWithoutFiles() {}

    public static void main(String[] arguments) throws Exception {
      StateDirectory state = new StateDirectory(Path.of(arguments[0]));
      StateLock lock = StateLock.acquire(state, line -> {});
      state.prepare();
      Guard guard = Guard.start(state, List.of("/deleted/bin/java"));
      Path trainer = Files.createDirectories(state.runs().resolve("uid/attempts/1"));
      for (Path file :
          List.of(
              state.pid(ServiceNames.CONTROLLER),
              state.pid(ServiceNames.CONNECTOME),
              state.pid(ServiceNames.KAFKA),
              state.postgres().pid(),
              trainer.resolve("trainer.pid"))) {
        ProcessFile.write(file, new ProcessBuilder("sleep", "600").start().toHandle());
      }
      Files.writeString(state.endpoints(), "up");
      Thread.sleep(Long.MAX_VALUE);
      guard.close();
      lock.close();
    }
  }

  /** Starts a broker and a database, and processes that stand for services and a trainer. */
  static final class PlatformToKill {
    private PlatformToKill() {}

    public static void main(String[] arguments) throws Exception {
      StateDirectory state = new StateDirectory(Path.of(arguments[0]));
      StateLock lock = StateLock.acquire(state, line -> {});
      state.prepare();
      Guard guard = Guard.start(state);
      int port = FreePort.find();
      SupervisedService broker =
          SupervisedService.start(
              Platform.broker(Installation.current(), state, port, FreePort.find()),
              System.out::println);
      PostgresServer postgres =
          PostgresServer.start(
              PostgresPrograms.unpacked(Installation.current().unpackedPrograms()),
              state.postgres(),
              FreePort.find(),
              Map.of("fsync", "off"));
      for (String service : List.of(ServiceNames.CONTROLLER, ServiceNames.CONNECTOME)) {
        SupervisedService.start(
            ServiceSpec.of(
                state,
                service,
                // Ends like a service: not at once, and whoever started it.
                List.of("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"),
                Health.http(HttpClient.newHttpClient(), 1)),
            System.out::println);
      }
      Path trainer = Files.createDirectories(state.runs().resolve("uid/attempts/1"));
      ProcessFile.write(
          trainer.resolve("trainer.pid"), new ProcessBuilder("sleep", "600").start().toHandle());
      broker.awaitReady(TIMEOUT);
      Files.writeString(state.endpoints(), postgres.jdbcUrl());
      Thread.sleep(Long.MAX_VALUE);
      guard.close();
      lock.close();
    }
  }
}
