package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.FailingDataSource;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainers as processes: shell scripts in their place, a real database, real signals. */
class LocalRunsTest {

  /** Says who it is, then waits to be told to end. */
  private static final String WAITS = "echo instance $CONNECTOME_INSTANCE_ID; exec sleep 600";

  /** Writes a checkpoint and its outcome when it is told to end. */
  private static final String INTERRUPTIBLE =
      """
      end() {
        attempt=$(basename $(dirname $CONNECTOME_OUTCOME_FILE))
        echo "{\\"runUid\\":\\"$CONNECTOME_RUN_UID\\",\\"attempt\\":$attempt,\\"instanceId\\":\\"$CONNECTOME_INSTANCE_ID\\",\\"outcome\\":{\\"end\\":\\"TRAINING_END_INTERRUPTED\\",\\"finalEpoch\\":7}}" > $CONNECTOME_OUTCOME_FILE
        exit 143
      }
      trap end TERM
      echo ready
      while true; do sleep 0.1; done
      """;

  @TempDir Path directory;

  private final FailingDataSource database = new FailingDataSource(TestDatabase.create());
  private ControllerUnderTest controller;

  @BeforeEach
  void awaitPatiently() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    database.setAway(false);
    controller.close();
  }

  @Test
  void aTrainerThatDiesAtItsStartFailsTheRunWithItsLastWords() throws Exception {
    start("echo cannot read the data; exit 3", 2);
    create("a");

    awaitState("a", RunState.RUN_STATE_FAILED);

    TrainingRun run = controller.get("a");
    assertThat(run.getAttempt()).isEqualTo(3);
    assertThat(run.getStateMessage())
        .contains("code 3", "cannot read the data", log(run, 3).toString());
  }

  @Test
  void anOutcomeThatSaysNothingIsAFailureLikeAnyOther() throws Exception {
    start("echo '{}' > $CONNECTOME_OUTCOME_FILE; exit 1", 2);
    create("a");

    awaitState("a", RunState.RUN_STATE_FAILED);

    assertThat(controller.get("a").getStateMessage()).contains("code 1");
  }

  @Test
  void aCommandThatDoesNotExistFailsTheRunWithTheReason() throws Exception {
    start(List.of("/no/such/trainer"), 2);
    create("a");

    awaitState("a", RunState.RUN_STATE_FAILED);

    assertThat(controller.get("a").getStateMessage()).contains("/no/such/trainer");
  }

  @Test
  void withoutACommandALocalRunIsRefused() throws Exception {
    controller = ControllerUnderTest.start(database, Map.of());

    assertThatThrownBy(() -> create("a"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("connectome.launch.local.command");
  }

  @Test
  void runsWaitTheirTurnInTheOrderOfTheirCreation() throws Exception {
    start(WAITS, 1);
    create("a");
    create("b");
    create("c");
    awaitState("a", RunState.RUN_STATE_STARTING);
    assertThat(controller.get("b").getState()).isEqualTo(RunState.RUN_STATE_PENDING);

    stopRun("a");

    awaitState("b", RunState.RUN_STATE_STARTING);
    assertThat(controller.get("c").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
  }

  @Test
  void aControllerThatIsToldToEndInterruptsItsTrainersAndTheNextOneGoesOn() throws Exception {
    start(INTERRUPTIBLE, 2);
    create("a");
    awaitLog("a", 1, "ready");
    register("a");
    ProcessHandle trainer = process("a", 1);

    controller.close();

    assertThat(trainer.isAlive()).isFalse();
    start(INTERRUPTIBLE, 2);
    awaitLog("a", 2, "ready");
    TrainingRun run = controller.get("a");
    assertThat(run.getAttempt()).isEqualTo(2);
    assertThat(controller.eventKinds("a")).contains("STATE_CHANGED");
  }

  @Test
  void aTrainerThatIsToldToEndBeforeItCanTellAnythingHasNotFailed() throws Exception {
    start(WAITS, 2);
    create("a");
    awaitLog("a", 1, "instance");

    process("a", 1).destroy();

    awaitLog("a", 2, "instance");
    assertThat(eventMessages("a")).noneMatch(message -> message.contains("failure"));
  }

  @Test
  void aControllerThatDiedLeavesItsTrainersToTheNext() throws Exception {
    start(WAITS, 2);
    create("a");
    awaitLog("a", 1, "instance");
    ProcessHandle trainer = process("a", 1);
    database.setAway(true);
    controller.crash();
    ControllerUnderTest dead = controller;

    controller = ControllerUnderTest.start(database.unguarded(), settings(WAITS, 2));
    assertThat(trainer.isAlive()).isTrue();
    register("a");
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(controller.get("a").getAttempt()).isEqualTo(1);

    trainer.destroyForcibly();
    awaitLog("a", 2, "instance");
    dead.close();
  }

  @Test
  void theEndOfATrainerIsNotedThoughTheDatabaseWasAway() throws Exception {
    start(WAITS, 2);
    create("a");
    awaitLog("a", 1, "instance");
    ProcessHandle trainer = process("a", 1);

    database.setAway(true);
    trainer.destroyForcibly();
    await().until(() -> !trainer.isAlive());
    await().until(() -> database.refusals() > 3);
    database.setAway(false);

    awaitLog("a", 2, "instance");
  }

  @Test
  void aTrainerThatDoesNotObeyIsEndedByForce() throws Exception {
    Map<String, String> settings = settings(List.of("sh", "-c", WAITS), 2);
    settings.put("connectome.stop-grace", "300ms");
    controller = ControllerUnderTest.start(database, settings);
    create("a");
    awaitLog("a", 1, "instance");
    register("a");
    ProcessHandle trainer = process("a", 1);

    stopRun("a");
    heartbeat("a");

    awaitState("a", RunState.RUN_STATE_STOPPED);
    assertThat(trainer.isAlive()).isFalse();
    assertThat(controller.eventKinds("a")).contains("STOP_ESCALATED");
  }

  @Test
  void theTrainerOfARunThatIsDeletedBeforeItRegistersIsEnded() throws Exception {
    start(WAITS, 2);
    create("a");
    awaitLog("a", 1, "instance");
    ProcessHandle trainer = process("a", 1);

    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder().setName("runs/a").setForce(true).build());

    await().until(() -> !trainer.isAlive());
  }

  @Test
  void aTrainerThatHangsIsKilledAndTheRunTriedAgain() throws Exception {
    Map<String, String> settings = settings(WAITS, 2);
    settings.put("connectome.lost-timeout", "5m");
    controller = ControllerUnderTest.start(database, settings);
    create("a");
    awaitLog("a", 1, "instance");
    register("a");
    ProcessHandle trainer = process("a", 1);
    assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(trainer.pid())).start().waitFor())
        .isZero();
    String uid = controller.get("a").getUid();

    controller.setHeartbeatBack(uid, Duration.ofMinutes(1));
    awaitState("a", RunState.RUN_STATE_LOST);
    assertThat(trainer.isAlive()).isTrue();
    controller.setHeartbeatBack(uid, Duration.ofMinutes(10));

    awaitLog("a", 2, "instance");
    assertThat(trainer.isAlive()).isFalse();
    assertThat(controller.eventKinds("a")).contains("TRAINER_HUNG");
  }

  @Test
  void theFilesOfARunThatWasDeletedLongAgoAreDeleted() throws Exception {
    start("exit 3", 2);
    create("a");
    create("b");
    awaitState("a", RunState.RUN_STATE_FAILED);
    awaitState("b", RunState.RUN_STATE_FAILED);
    TrainingRun deleted = controller.get("a");
    TrainingRun kept = controller.get("b");
    controller.close();
    execute("DELETE FROM runs WHERE run_id = 'a'");
    execute("UPDATE deleted_runs SET delete_time = delete_time - interval '2 hours'");
    assertThat(directory.resolve(deleted.getUid())).exists();

    start("exit 3", 2);

    await().until(() -> !Files.exists(directory.resolve(deleted.getUid())));
    assertThat(directory.resolve(kept.getUid())).exists();
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void theTrainerOfARunThatIsStoppedBeforeItRegistersIsEnded() throws Exception {
    start(WAITS, 2);
    create("a");
    awaitLog("a", 1, "instance");
    ProcessHandle trainer = process("a", 1);

    stopRun("a");

    await().until(() -> !trainer.isAlive());
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void anEscalationThatAControllerBeganAndDidNotFinishIsFinishedByTheNext() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    TrainingRun run = controller.createExternal("a", StoppingPolicy.newBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.registerAt("127.0.0.1:1");
      stopRun("a");
      controller.close();
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "UPDATE stop_commands SET phase = 'ESCALATED', deadline = now(), lease_until = now()");
      }

      controller = ControllerUnderTest.start(database, Map.of());

      awaitState("a", RunState.RUN_STATE_STOPPED);
    }
  }

  @Test
  void aLogIsFollowedToItsEnd() throws Exception {
    start("echo one; sleep 1; echo two; exit 3", 2);
    create("a");
    awaitLog("a", 1, "one");

    StringBuilder text = new StringBuilder();
    controller
        .runs()
        .readRunLog(
            ReadRunLogRequest.newBuilder().setName("runs/a").setAttempt(1).setFollow(true).build())
        .forEachRemaining(
            (ReadRunLogResponse part) -> text.append(part.getContent().toStringUtf8()));

    assertThat(text.toString()).isEqualTo("one\ntwo\n");
  }

  private void start(String script, int mostRuns) throws IOException {
    start(List.of("sh", "-c", script), mostRuns);
  }

  private void start(List<String> command, int mostRuns) throws IOException {
    controller = ControllerUnderTest.start(database, settings(command, mostRuns));
  }

  private Map<String, String> settings(String script, int mostRuns) {
    return settings(List.of("sh", "-c", script), mostRuns);
  }

  private Map<String, String> settings(List<String> command, int mostRuns) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < command.size(); i++) {
      settings.put(
          "connectome.launch.local.command[" + i + "]", command.get(i).replace("$", "\\$"));
    }
    settings.put("connectome.launch.local.directory", directory.toString());
    settings.put("connectome.launch.local.max-concurrent-runs", Integer.toString(mostRuns));
    return settings;
  }

  private void create(String runId) {
    var unused =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder().setTrainingRunId(runId).build());
  }

  private void stopRun(String runId) {
    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  /** Registers for a script, with the instance id that it was given. */
  private void register(String runId) throws IOException {
    TrainingRun run = controller.get(runId);
    var unused =
        TrainerRegistryServiceGrpc.newBlockingStub(controller.channel())
            .registerTrainer(
                RegisterTrainerRequest.newBuilder()
                    .setRunUid(run.getUid())
                    .setInstanceId(instance(run))
                    .setControlEndpoint("127.0.0.1:1")
                    .build());
  }

  private String instance(TrainingRun run) {
    return controller
        .store()
        .inTransaction(
            transaction ->
                transaction.attempts().find(UUID.fromString(run.getUid()), run.getAttempt()))
        .orElseThrow()
        .instanceId();
  }

  /** Is heard once, as a trainer that goes on is. */
  private void heartbeat(String runId) {
    TrainingRun run = controller.get(runId);
    var unused =
        TrainerRegistryServiceGrpc.newBlockingStub(controller.channel())
            .heartbeat(
                HeartbeatRequest.newBuilder()
                    .setRunUid(run.getUid())
                    .setAttempt(run.getAttempt())
                    .setInstanceId(instance(run))
                    .build());
  }

  private void awaitState(String runId, RunState state) {
    await().untilAsserted(() -> assertThat(controller.get(runId).getState()).isEqualTo(state));
  }

  private void awaitLog(String runId, int attempt, String text) {
    await()
        .untilAsserted(
            () ->
                assertThat(log(controller.get(runId), attempt)).exists().content().contains(text));
  }

  private List<String> eventMessages(String runId) {
    return controller
        .runs()
        .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/" + runId).build())
        .getEventsList()
        .stream()
        .map(RunEvent::getMessage)
        .toList();
  }

  private Path log(TrainingRun run, int attempt) {
    return attempt(run, attempt).resolve("trainer.log");
  }

  private ProcessHandle process(String runId, int attempt) throws IOException {
    String pid =
        Files.readAllLines(attempt(controller.get(runId), attempt).resolve("trainer.pid")).get(0);
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private Path attempt(TrainingRun run, int attempt) {
    return directory.resolve(run.getUid()).resolve("attempts").resolve(Integer.toString(attempt));
  }
}
