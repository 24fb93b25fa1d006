package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.lifecycle.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Too many stops suspend enforcement, and a suspension that is answered is in force. */
class BreakerTest extends ApiOverGrpc {

  private final List<SimulatedTrainer> trainers = new ArrayList<>();

  @Override
  Enforcement.Limit limit() {
    return new Enforcement.Limit(2, Duration.ofMinutes(10), 0.5);
  }

  @AfterEach
  void close() {
    trainers.forEach(SimulatedTrainer::close);
  }

  @Test
  void theStopThatWouldBeOneTooManySuspendsEnforcementUntilAPersonLiftsIt() throws Exception {
    List<String> uids = new ArrayList<>();
    for (String runId : List.of("a", "b", "c")) {
      uids.add(running(runId));
    }
    uids.forEach(this::settle);

    assertThat(state("a")).isEqualTo(RunState.RUN_STATE_STOPPING);
    assertThat(state("b")).isEqualTo(RunState.RUN_STATE_STOPPING);
    assertThat(state("c")).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(controller.get("c").getShadowDecisionsCount()).isEqualTo(1);
    var enforcement = controller.runs().getEnforcement(GetEnforcementRequest.getDefaultInstance());
    assertThat(enforcement.getSuspended()).isTrue();
    assertThat(enforcement.getActor()).isEqualTo("controller");
    assertThat(enforcement.getReason()).contains("policies have stopped 2 of 3 runs");

    update(false);
    settle(running("d"));
    assertThat(state("d")).isEqualTo(RunState.RUN_STATE_STOPPING);
  }

  @Test
  void fewStopsAmongManyRunsSuspendNothing() throws Exception {
    for (int i = 0; i < 5; i++) {
      running("other-" + i);
    }
    for (String runId : List.of("a", "b", "c")) {
      settle(running(runId));
    }

    assertThat(state("c")).isEqualTo(RunState.RUN_STATE_STOPPING);
  }

  @Test
  void aSweepOfShortRunsOneAfterTheOtherSuspendsNothing() throws Exception {
    for (String runId : List.of("a", "b", "c", "d")) {
      settle(running(runId));
      assertThat(state(runId)).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void aSuspensionWaitsForADecisionThatIsBeingEnforced() throws Exception {
    CompletableFuture<Void> update;
    try (Connection connection = database().getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT FROM enforcement FOR SHARE");
      }
      update = CompletableFuture.runAsync(() -> update(true));
      await().until(this::somebodyWaits);
      assertThat(update).isNotDone();
      connection.commit();
    }
    update.join();
    settle(running("a"));
    assertThat(state("a")).isEqualTo(RunState.RUN_STATE_RUNNING);
  }

  private boolean somebodyWaits() throws SQLException {
    try (Connection connection = database().getConnection();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")) {
      row.next();
      return row.getInt(1) > 0;
    }
  }

  private void update(boolean suspended) {
    var request = UpdateEnforcementRequest.newBuilder();
    request.getEnforcementBuilder().setSuspended(suspended).setReason("a test");
    var unused = controller.runs().updateEnforcement(request.build());
  }

  private RunState state(String runId) {
    return controller.get(runId).getState();
  }

  private String running(String runId) throws Exception {
    String uid = controller.createExternal(runId, plateau().toBuilder()).getUid();
    var trainer = new SimulatedTrainer(controller.channel(), uid);
    trainers.add(trainer);
    trainer.register();
    return uid;
  }

  private void settle(String uid) {
    arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5, 5, .5);
  }
}
