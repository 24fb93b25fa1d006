package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.WatchedDataSource;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run that cannot be processed stands in nobody's way, nor do queries. */
class FailureDomainsTest {

  private static final int REPLAYS = 40;

  private final DataSource database = TestDatabase.create();
  private final List<SimulatedTrainer> trainers = new ArrayList<>();
  private ControllerUnderTest controller;
  private Quarantine quarantine;

  @BeforeEach
  void start() throws Exception {
    controller =
        ControllerUnderTest.notStarted(
            new WatchedDataSource(database, 2), new WatchedDataSource(database, 4), Map.of());
    quarantine = new Quarantine(controller.store(), InstantSource.system());
  }

  @AfterEach
  void stop() {
    trainers.forEach(SimulatedTrainer::close);
    controller.close();
  }

  @Test
  void theWatchdogFindsOtherRunsLostBesideOneThatItCannotProcess() throws Exception {
    for (String runId : List.of("poison", "good")) {
      running(runId);
      controller.setHeartbeatBack(controller.get(runId).getUid(), Duration.ofMinutes(2));
    }
    takeNextPosition("poison");

    check();

    assertThat(controller.get("good").getState()).isEqualTo(RunState.RUN_STATE_LOST);
    assertThat(controller.get("poison").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(controller.get("poison").getStateMessage()).startsWith("quarantined: watchdog");
    assertThat(quarantine.size()).isEqualTo(1);
  }

  @Test
  void aRunThatCannotBeLaunchedIsPassedOverAndComesBack() throws Exception {
    controller.createExternal("poison", StoppingPolicy.newBuilder());
    controller.createExternal("good", StoppingPolicy.newBuilder());
    takeNextPosition("poison");
    var queue = new LaunchQueue(controller.store(), quarantine);

    assertThat(queue.next(LauncherType.EXTERNAL, 10, Optional.empty()))
        .hasValueSatisfying(launch -> assertThat(launch.runId()).isEqualTo("good"));
    assertThat(controller.get("poison").getStateMessage()).startsWith("quarantined: launch");

    execute("DELETE FROM events WHERE kind = 'X'");
    assertThat(
            new LaunchQueue(
                    controller.store(), new Quarantine(controller.store(), InstantSource.system()))
                .next(LauncherType.EXTERNAL, 10, Optional.empty()))
        .hasValueSatisfying(launch -> assertThat(launch.runId()).isEqualTo("poison"));
  }

  @Test
  void replaysThatWaitForTheDatabaseKeepNoHeartbeatWaiting() throws Exception {
    SimulatedTrainer trainer = running("a");
    ExecutorService callers = Executors.newFixedThreadPool(REPLAYS);
    List<Future<ReplayPolicyResponse>> replays = new ArrayList<>();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("LOCK TABLE signatures IN ACCESS EXCLUSIVE MODE");
      }
      for (int i = 0; i < REPLAYS; i++) {
        replays.add(callers.submit(this::replay));
      }
      await().until(this::aReplayWaits);

      trainer.heartbeat(3);
      assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(3);
      connection.rollback();
    } finally {
      callers.shutdown();
    }
    for (Future<ReplayPolicyResponse> replay : replays) {
      assertThat(replay.get().hasDecision()).isFalse();
    }
  }

  @Test
  void aHeartbeatRowThatSomebodyHasLockedKeepsNoHeartbeatWaiting() throws Exception {
    SimulatedTrainer locked = running("locked");
    SimulatedTrainer good = running("good");
    try (Connection lock = database.getConnection()) {
      lock(lock, "heartbeats WHERE run_uid", locked.runUid());

      locked.heartbeat(2);
      good.heartbeat(3);

      assertThat(completedEpochs("good")).isEqualTo(3);
      lock.rollback();
    }
    locked.heartbeat(2);
    assertThat(completedEpochs("locked")).isEqualTo(2);
  }

  @Test
  void aLostRunThatSomebodyHasLockedKeepsNoHeartbeatWaitingAndComesBack() throws Exception {
    SimulatedTrainer locked = running("locked");
    SimulatedTrainer good = running("good");
    controller.setHeartbeatBack(locked.runUid(), Duration.ofMinutes(2));
    check();
    assertThat(controller.get("locked").getState()).isEqualTo(RunState.RUN_STATE_LOST);
    try (Connection lock = database.getConnection()) {
      lock(lock, "runs WHERE uid", locked.runUid());

      locked.heartbeat(2);
      good.heartbeat(3);

      assertThat(completedEpochs("good")).isEqualTo(3);
      assertThat(controller.get("locked").getState()).isEqualTo(RunState.RUN_STATE_LOST);
      lock.rollback();
    }
    locked.heartbeat(2);
    assertThat(controller.get("locked").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
  }

  @Test
  void aRunThatSomebodyHasLockedKeepsTheWatchdogFromNoOther() throws Exception {
    String locked = controller.createExternal("locked", StoppingPolicy.newBuilder()).getUid();
    assertThat(
            new LaunchQueue(controller.store(), quarantine)
                .next(LauncherType.EXTERNAL, 10, Optional.empty()))
        .isPresent();
    controller.setHeartbeatBack(locked, Duration.ofHours(2));
    SimulatedTrainer good = running("good");
    controller.setHeartbeatBack(good.runUid(), Duration.ofMinutes(2));
    try (Connection lock = database.getConnection()) {
      lock(lock, "runs WHERE uid", locked);

      CompletableFuture<Void> check = CompletableFuture.runAsync(this::check);
      await().until(check::isDone);

      check.join();
      assertThat(controller.get("good").getState()).isEqualTo(RunState.RUN_STATE_LOST);
      assertThat(controller.get("locked").getState()).isEqualTo(RunState.RUN_STATE_STARTING);
      lock.rollback();
    }
  }

  @Test
  void whatAnAttemptWaitsForIsAnEventOnlyIfItsKindChanges() throws Exception {
    String uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
    var queue = new LaunchQueue(controller.store(), quarantine);
    assertThat(queue.next(LauncherType.EXTERNAL, 10, Optional.empty())).isPresent();

    recordWaiting(queue, uid, "UNSCHEDULABLE", "0/1 nodes are available");
    recordWaiting(queue, uid, "UNSCHEDULABLE", "0/2 nodes are available");
    assertThat(controller.get("a").getStateMessage()).isEqualTo("0/2 nodes are available");
    recordWaiting(queue, uid, "IMAGE_PULL_BACK_OFF", "no such image");
    execute("UPDATE events SET event_time = event_time - interval '11 minutes'");
    recordWaiting(queue, uid, "IMAGE_PULL_BACK_OFF", "no such image, 2 times");

    assertThat(controller.eventKinds("a"))
        .filteredOn(kind -> !kind.equals("CREATED") && !kind.equals("STATE_CHANGED"))
        .containsExactly("UNSCHEDULABLE", "IMAGE_PULL_BACK_OFF", "IMAGE_PULL_BACK_OFF");
  }

  private static void recordWaiting(LaunchQueue queue, String uid, String kind, String message) {
    queue.recordWaiting(
        UUID.fromString(uid), 1, new EventKind.OfCluster(kind), Actor.CONTROLLER, message);
  }

  private static void lock(Connection connection, String rows, String uid) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT FROM %s = '%s' FOR UPDATE".formatted(rows, uid));
    }
  }

  private int completedEpochs(String runId) {
    return controller.get(runId).getProgress().getCompletedEpochs();
  }

  private ReplayPolicyResponse replay() {
    return controller
        .runs()
        .replayPolicy(
            ReplayPolicyRequest.newBuilder()
                .setName("runs/a")
                .setPolicy(ApiOverGrpc.plateau())
                .build());
  }

  private boolean aReplayWaits() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database() AND NOT granted")) {
      row.next();
      return row.getInt(1) > 0;
    }
  }

  private SimulatedTrainer running(String runId) throws Exception {
    String uid = controller.createExternal(runId, StoppingPolicy.newBuilder()).getUid();
    var trainer = new SimulatedTrainer(controller.channel(), uid);
    trainers.add(trainer);
    trainer.register();
    return trainer;
  }

  private void check() {
    var unused =
        new Watchdog(
                controller.store(),
                quarantine,
                new Attempts(controller.store(), Retries.of(2)),
                new Watchdog.Timeouts(
                    Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ZERO),
                "here")
            .check();
  }

  /** From now on nothing can be appended to the log of a run. */
  private void takeNextPosition(String runId) throws SQLException {
    execute(
        """
        INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
        SELECT uid, position + 1, 'X', 'test', '', state, attempt FROM runs WHERE run_id = '%s'
        """
            .formatted(runId));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
