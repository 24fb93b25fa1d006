package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers of several processes: shell scripts in their place, real signals. */
class LocalProcessesTest {

  /** A wrapper, as scripts around trainers are, that waits for the process that trains. */
  private static final String WRAPPED = "sh -c 'echo child $$; exec sleep 600'; echo after";

  private static final String DEAF = "trap \"\" TERM; echo ready; while true; do sleep 0.1; done";

  @TempDir Path directory;

  private final DataSource database = TestDatabase.create();
  private ControllerUnderTest controller;

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void theStopOfARunEndsAllProcessesOfItsTrainer() throws Exception {
    start(WRAPPED);
    create();
    ProcessHandle child = child(1);

    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/a").build());

    patiently(() -> !isLive(child));
    patiently(() -> !ended(1).isEmpty());
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void noSecondTrainerStartsWhileAProcessOfTheFirstIsThere() throws Exception {
    start(WRAPPED);
    create();
    ProcessHandle child = child(1);

    wrapper(1).destroyForcibly();

    patiently(() -> Files.exists(log(2)));
    assertThat(isLive(child)).isFalse();
  }

  @Test
  void whatAWrapperLeftBehindWhileTheControllerWasDownIsEndedToo() throws Exception {
    start(WRAPPED);
    create();
    ProcessHandle child = child(1);
    ProcessHandle wrapper = wrapper(1);
    controller.crash();
    ControllerUnderTest dead = controller;
    wrapper.destroyForcibly();

    start(WRAPPED);

    patiently(() -> Files.exists(log(2)));
    assertThat(isLive(child)).isFalse();
    dead.close();
  }

  @Test
  void aTrainerThatTheControllerKillsAtItsOwnEndHasNotFailed() throws Exception {
    start(DEAF);
    create();
    patiently(() -> Files.exists(log(1)) && Files.readString(log(1)).contains("ready"));

    controller.close();
    start("echo again; exec sleep 600");

    patiently(() -> Files.exists(log(2)));
    assertThat(messages()).noneMatch(message -> message.contains("failure"));
  }

  @Test
  void aProcessThatTheDatabaseDidNotTakeIsRecordedOnceItDoes() throws Exception {
    sql(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'not now'; END $$
        """);
    sql(
        """
        CREATE TRIGGER refuse_process BEFORE UPDATE OF process ON attempts
        FOR EACH ROW WHEN (NEW.process IS NOT NULL) EXECUTE FUNCTION refuse()
        """);
    start("echo ready; exec sleep 600");
    create();
    patiently(() -> Files.exists(log(1)) && Files.readString(log(1)).contains("ready"));
    assertThat(text("SELECT process FROM attempts")).isEmpty();

    sql("DROP TRIGGER refuse_process ON attempts");

    patiently(() -> !text("SELECT process FROM attempts").isEmpty());
    assertThat(wrapper(1).isAlive()).isTrue();
    assertThat(controller.get("a").getAttempt()).isEqualTo(1);
  }

  private void start(String script) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("connectome.launch.local.command[0]", "sh");
    settings.put("connectome.launch.local.command[1]", "-c");
    settings.put("connectome.launch.local.command[2]", script.replace("$", "\\$"));
    settings.put("connectome.launch.local.directory", directory.toString());
    controller = ControllerUnderTest.start(database, settings);
  }

  private void create() {
    var unused =
        controller
            .runs()
            .createTrainingRun(CreateTrainingRunRequest.newBuilder().setTrainingRunId("a").build());
  }

  private ProcessHandle child(int attempt) throws IOException {
    patiently(
        () -> Files.exists(log(attempt)) && Files.readString(log(attempt)).startsWith("child "));
    return ProcessHandle.of(
            Long.parseLong(Files.readAllLines(log(attempt)).get(0).substring("child ".length())))
        .orElseThrow();
  }

  private ProcessHandle wrapper(int attempt) throws IOException {
    return ProcessHandle.of(
            Long.parseLong(Files.readAllLines(log(attempt).resolveSibling("trainer.pid")).get(0)))
        .orElseThrow();
  }

  /** Whoever inherits an orphan may never ask how it ended. */
  private static boolean isLive(ProcessHandle process) throws IOException {
    Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
    return process.isAlive() && !(Files.exists(stat) && Files.readString(stat).contains(") Z "));
  }

  private Path log(int attempt) {
    return directory.resolve(
        Path.of(
            controller.get("a").getUid(), "attempts", Integer.toString(attempt), "trainer.log"));
  }

  private List<String> messages() {
    return controller
        .runs()
        .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/a").build())
        .getEventsList()
        .stream()
        .map(RunEvent::getMessage)
        .toList();
  }

  private String ended(int attempt) throws Exception {
    return text("SELECT end_time::text FROM attempts WHERE attempt = " + attempt);
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = database.getConnection();
        Statement direct = connection.createStatement()) {
      direct.execute(statement);
    }
  }

  /** Empty for NULL. */
  private String text(String query) throws Exception {
    try (Connection connection = database.getConnection();
        Statement direct = connection.createStatement();
        ResultSet rows = direct.executeQuery(query)) {
      rows.next();
      String text = rows.getString(1);
      return text == null ? "" : text;
    }
  }

  private static void patiently(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50)).until(condition);
  }
}
