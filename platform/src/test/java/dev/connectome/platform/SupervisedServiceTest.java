package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedServiceTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final List<String> messages = new CopyOnWriteArrayList<>();
  private HttpServer readiness;

  @BeforeEach
  void answerReadiness() throws Exception {
    Files.createDirectory(pids());
    readiness = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    readiness.createContext(
        "/",
        exchange -> {
          byte[] text = "no library".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().equals("/ready") ? 200 : 503, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    readiness.start();
  }

  @AfterEach
  void stopAnswering() {
    readiness.stop(0);
  }

  @Test
  void aServiceThatIsKilledIsRestartedUntilItIsStopped() throws Exception {
    SupervisedService service = start("exec sleep 600", "/ready");
    service.awaitReady(TIMEOUT);
    ProcessHandle first = process().orElseThrow();

    first.destroyForcibly();

    await()
        .atMost(TIMEOUT)
        .until(() -> process().filter(now -> now.pid() != first.pid()).isPresent());
    assertThat(messages).singleElement().asString().startsWith("service ended with exit code 137");
    service.stop(TIMEOUT);
    assertThat(process()).isEmpty();
  }

  @Test
  void aServiceThatCannotBeRestartedYetIsRestartedLater() throws Exception {
    SupervisedService service = start("exec sleep 600", "/ready");
    service.awaitReady(TIMEOUT);
    ProcessHandle first = process().orElseThrow();
    Path away = Files.move(pids(), directory.resolve("away"));

    first.destroyForcibly();

    await().atMost(TIMEOUT).until(() -> messages.size() == 2);
    assertThat(messages.get(1))
        .startsWith("service could not be restarted: " + pids())
        .endsWith("does not exist; trying until it can be");
    Files.move(away, pids());
    await().atMost(TIMEOUT).until(() -> messages.size() == 3);
    assertThat(messages.get(2)).isEqualTo("service is started again");
    assertThat(process()).isPresent();
    service.stop(TIMEOUT);
    assertThat(process()).isEmpty();
  }

  @Test
  void aServiceThatSaysThatOnlyARestartCanHelpIsRestarted() throws Exception {
    SupervisedService service = start("exec sleep 600", "/ready", "/never");
    service.awaitReady(TIMEOUT);
    ProcessHandle first = process().orElseThrow();

    await()
        .atMost(TIMEOUT)
        .until(() -> process().filter(now -> now.pid() != first.pid()).isPresent());

    assertThat(messages.get(0)).isEqualTo("service says that only a restart can help; ending it");
    service.stop(TIMEOUT);
  }

  @Test
  void aServiceThatEndsWhileStartingShowsTheEndOfItsLog() throws Exception {
    SupervisedService service = start("echo no such database; exit 3", "/never", "/ready");

    assertThatThrownBy(() -> service.awaitReady(TIMEOUT))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("service ended with exit code 3 while starting")
        .hasMessageEndingWith("    no such database");
  }

  @Test
  void aServiceThatCannotStartSaysWhyAtOnce() throws Exception {
    SupervisedService service = start("exec sleep 600", "/never", "/never");

    assertThatThrownBy(() -> service.awaitReady(Duration.ofHours(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("service cannot start, it says: no library");
    service.stop(TIMEOUT);
  }

  @Test
  void orphansOfAnEarlierPlatformAreEnded() throws Exception {
    StateDirectory state = new StateDirectory(directory.resolve("state"));
    state.prepare();
    Process orphan = new ProcessBuilder("sleep", "600").start();
    ProcessFile.write(state.pid(ServiceNames.CONTROLLER), orphan.toHandle());

    assertThat(new OrphanedProcesses(state).terminateAll()).isEqualTo(1);
    assertThat(orphan.isAlive()).isFalse();
    assertThat(new OrphanedProcesses(state).terminateAll()).isZero();
  }

  private Path pids() {
    return directory.resolve("pids");
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + readiness.getAddress().getPort() + path);
  }

  private SupervisedService start(String script, String path) throws Exception {
    return start(script, path, "/ready");
  }

  private SupervisedService start(String script, String path, String live) throws Exception {
    return SupervisedService.start(
        new ServiceSpec(
            "service",
            List.of("sh", "-c", script),
            directory,
            directory.resolve("log"),
            pids().resolve("pid"),
            Health.http(HttpClient.newHttpClient(), uri(path), uri(live))),
        messages::add);
  }

  private Optional<ProcessHandle> process() {
    return ProcessFile.find(pids().resolve("pid"));
  }
}
