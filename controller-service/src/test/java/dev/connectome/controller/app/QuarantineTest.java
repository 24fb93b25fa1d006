package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether a run shows what fails of it, and no longer than it does. */
class QuarantineTest {

  private final DataSource database = TestDatabase.create();
  private Instant now = Instant.EPOCH;
  private ControllerUnderTest controller;
  private Quarantine quarantine;
  private UUID run;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    quarantine = new Quarantine(controller.store(), () -> now);
    run = UUID.fromString(controller.createExternal("a", StoppingPolicy.newBuilder()).getUid());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void whatStillFailsIsShownWhenOtherWorkIsDone() {
    hold("launch");
    hold("watchdog");

    quarantine.release("watchdog", run);
    assertThat(message()).startsWith("quarantined: launch fails");
    quarantine.release("launch", run);

    assertThat(message()).isEmpty();
    assertThat(quarantine.size()).isZero();
  }

  @Test
  void workThatNobodyTriesAgainIsForgotten() {
    hold("launch");
    now = now.plus(Duration.ofMinutes(6));
    hold("watchdog");
    quarantine.tidy();
    assertThat(quarantine.failing("launch")).containsExactly(run);

    now = now.plus(Duration.ofMinutes(5));
    quarantine.tidy();
    assertThat(quarantine.failing("launch")).isEmpty();
    assertThat(message()).startsWith("quarantined: watchdog fails");

    now = now.plus(Duration.ofMinutes(6));
    quarantine.tidy();
    assertThat(quarantine.size()).isZero();
    assertThat(message()).isEmpty();
  }

  @Test
  void aRunThatIsDeletedIsReleased() {
    hold("launch");
    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder().setName("runs/a").setForce(true).build());

    quarantine.tidy();

    assertThat(quarantine.size()).isZero();
  }

  @Test
  void nobodyWaitsForARunThatIsLockedAndWhatItShowsIsMadeUpFor() throws Exception {
    try (Connection lock = locked()) {
      var held = CompletableFuture.runAsync(() -> hold("launch"));
      await().until(held::isDone);
      lock.rollback();
    }
    quarantine.tidy();
    assertThat(message()).startsWith("quarantined: launch fails");

    try (Connection lock = locked()) {
      var released = CompletableFuture.runAsync(() -> quarantine.release("launch", run));
      await().until(released::isDone);
      lock.rollback();
    }
    assertThat(message()).startsWith("quarantined: launch fails");
    quarantine.tidy();
    assertThat(message()).isEmpty();
  }

  private Connection locked() throws SQLException {
    Connection connection = database.getConnection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT FROM runs WHERE uid = '%s' FOR UPDATE".formatted(run));
    }
    return connection;
  }

  private void hold(String work) {
    quarantine.hold(work, run, new IllegalStateException("of the test"));
  }

  private String message() {
    return controller.get("a").getStateMessage();
  }
}
