package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Enforcement;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.StopGrace;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs grow old in a database whose clock the test sets. */
class RetentionTest {

  private static final Duration KEEP = Duration.ofDays(30);

  private final DataSource database = TestDatabase.createWithClock(Duration.ZERO);
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void whatEndedLongAgoIsDeletedInBatchesAndNothingElse() throws Exception {
    for (String id : List.of("a", "b", "c")) {
      end(id);
    }
    controller.createExternal("waiting", StoppingPolicy.newBuilder());
    TestDatabase.setClock(database, KEEP.minusDays(1));
    assertThat(retention(2).deleteExpired()).isZero();
    end("young");

    TestDatabase.setClock(database, KEEP.plusDays(1));

    assertThat(retention(2).deleteExpired()).isEqualTo(3);
    assertThat(
            controller
                .runs()
                .listTrainingRuns(ListTrainingRunsRequest.getDefaultInstance())
                .getTrainingRunsList())
        .extracting(TrainingRun::getName)
        .containsExactlyInAnyOrder("runs/waiting", "runs/young");
  }

  @Test
  void nothingIsLeftOfARunThatIsDeleted() throws Exception {
    TrainingRun run =
        controller.createExternal(
            "a", StoppingPolicy.newBuilder().setPlateau(PlateauRule.getDefaultInstance()));
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      var evaluator =
          new PolicyEvaluator(
              controller.store(),
              new Enforcement(
                  new Decisions(new StopGrace(Duration.ofMinutes(1), Duration.ofMinutes(1))),
                  Enforcement.Limit.DEFAULT),
              quarantine());
      double[] distances = {0, 10, .5, .5, .5, .5};
      for (int epoch = 1; epoch <= distances.length; epoch++) {
        evaluator.accept(
            List.of(
                ReceivedSignature.of(
                    Signatures.of(run.getUid(), 1, epoch, distances[epoch - 1]).toByteArray())));
      }
      assertThat(controller.get("a").hasDecision()).isTrue();
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 6);
    }
    List<String> tables = tablesOfRuns();
    assertThat(tables).contains("attempts", "signatures", "decisions", "stop_commands", "events");
    for (String table : tables) {
      assertThat(rows(table)).as(table).isPositive();
    }

    TestDatabase.setClock(database, KEEP.plusDays(1));
    assertThat(retention(100).deleteExpired()).isEqualTo(1);

    for (String table : tables) {
      assertThat(rows(table)).as(table).isZero();
    }
    assertThat(controller.createExternal("a", StoppingPolicy.newBuilder()).getUid())
        .isNotEqualTo(run.getUid());
  }

  @Test
  void aLongHistoryIsDeletedInSteps() throws Exception {
    end("a");
    addSignatures(4_500);
    TestDatabase.setClock(database, KEEP.plusDays(1));
    execute(
        """
        CREATE FUNCTION check_step() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (SELECT count(*) FROM gone) > 2000 THEN RAISE EXCEPTION 'too many at once'; END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER check_step AFTER DELETE ON signatures REFERENCING OLD TABLE AS gone
          FOR EACH STATEMENT EXECUTE FUNCTION check_step()
        """);

    assertThat(retention(100).deleteExpired()).isEqualTo(1);

    assertThat(rows("signatures")).isZero();
    assertThat(rows("runs")).isZero();
  }

  @Test
  void aPassThatHasTakenLongEnoughLeavesTheRestToTheNext() throws Exception {
    end("a");
    end("b");
    addSignatures(4_500);
    TestDatabase.setClock(database, KEEP.plusDays(1));
    var now = new AtomicReference<>(Instant.EPOCH);
    InstantSource quick = () -> now.getAndUpdate(time -> time.plusSeconds(8));
    var retention = new Retention(controller.store(), quarantine(), KEEP, 100, quick);

    assertThat(retention.deleteExpired()).isZero();
    assertThat(rows("signatures")).isBetween(1L, 8_999L);

    int deleted = 0;
    while (deleted < 2) {
      deleted += retention.deleteExpired();
    }
    assertThat(rows("signatures")).isZero();
    assertThat(rows("runs")).isZero();
  }

  @Test
  void aRunThatIsResumedBeforeItsTurnLosesNothing() throws Exception {
    end("a");
    addSignatures(10);
    TestDatabase.setClock(database, KEEP.plusDays(1));
    long events = rows("events");
    var resumed = new AtomicBoolean();
    InstantSource whenAsked =
        () -> {
          // The first look at the clock begins the pass, the second follows the list of runs.
          if (resumed.getAndSet(true) && controller.get("a").hasEndTime()) {
            var unused =
                controller
                    .runs()
                    .resumeTrainingRun(
                        ResumeTrainingRunRequest.newBuilder().setName("runs/a").build());
          }
          return Instant.EPOCH;
        };

    var unused =
        new Retention(controller.store(), quarantine(), KEEP, 100, whenAsked).deleteExpired();

    assertThat(rows("signatures")).isEqualTo(10);
    assertThat(rows("events")).isGreaterThan(events);
  }

  private void addSignatures(int each) throws Exception {
    execute(
        """
        INSERT INTO signatures (run_uid, attempt, epoch, position, late, record)
        SELECT uid, 1, epoch, 100 + epoch, false, '' FROM runs, generate_series(1, %d) AS epoch
        """
            .formatted(each));
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aTimeThatWouldKeepNothingIsRefused() {
    assertThatThrownBy(
            () ->
                new Retention(
                    controller.store(), quarantine(), Duration.ZERO, 100, InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connectome.retention");
  }

  private Quarantine quarantine() {
    return new Quarantine(controller.store(), InstantSource.system());
  }

  private Retention retention(int batch) {
    return new Retention(controller.store(), quarantine(), KEEP, batch, InstantSource.system());
  }

  private void end(String runId) {
    controller.createExternal(runId, StoppingPolicy.newBuilder());
    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  /** All tables that say something of a run. */
  private List<String> tablesOfRuns() throws Exception {
    return strings(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'run_uid' AND table_name <> 'deleted_runs'");
  }

  private long rows(String table) throws Exception {
    return Long.parseLong(strings("SELECT count(*) FROM " + table).get(0));
  }

  private List<String> strings(String query) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> strings = new ArrayList<>();
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
      return strings;
    }
  }
}
