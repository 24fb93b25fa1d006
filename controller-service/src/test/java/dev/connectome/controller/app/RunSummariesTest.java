package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.RunSummaries;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs of a release that stored metrics in messages only. */
class RunSummariesTest {

  private final DataSource database = TestDatabase.create();
  private Instant now = Instant.EPOCH;
  private ControllerUnderTest controller;
  private SimulatedTrainer trainer;
  private RunSummaries summaries;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database, Map.of());
    String uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
    trainer = new SimulatedTrainer(controller.channel(), uid);
    trainer.register();
    trainer.heartbeat(
        TrainingProgress.newBuilder().setCompletedEpochs(1).putMetrics("trainLoss", 0.5));
    execute("UPDATE heartbeats SET metrics = NULL");
    execute(
        """
        INSERT INTO signatures (run_uid, attempt, epoch, position, late, record, series_names,
          series_values)
        SELECT uid, 1, epoch, 100 + epoch, false, '', '{trainLoss}', ARRAY[1.0 / epoch]
        FROM runs, generate_series(1, 4) AS epoch
        """);
    execute("DELETE FROM series_ranges");
    summaries =
        new RunSummaries(
            controller.store(), new Quarantine(controller.store(), () -> now), () -> now);
  }

  @AfterEach
  void stop() {
    trainer.close();
    controller.close();
  }

  @Test
  void anOutcomeThatIsReportedBeforeDoesNotHideWhatIsStillToBeRead() throws Exception {
    reportOutcome();

    summaries.deriveSome();

    assertThat(value("metrics->>'trainLoss' FROM heartbeats")).isEqualTo("0.5");
    assertThat(value("metrics->>'testAccuracy' FROM heartbeats")).isEqualTo("0.75");
    assertThat(value("names || lowest::text[] || highest::text[] FROM series_ranges"))
        .isEqualTo("{trainLoss,0.25,1}");
  }

  @Test
  void rangesAreDerivedThoughTheMetricsAreThere() throws Exception {
    execute("UPDATE heartbeats SET metrics = '{\"trainLoss\": 7}'");

    summaries.deriveSome();

    assertThat(value("metrics->>'trainLoss' FROM heartbeats")).isEqualTo("7");
    assertThat(value("lowest FROM series_ranges")).isEqualTo("{0.25}");
  }

  @Test
  void aRunThatIsLockedIsDerivedLaterWithWhatCameMeanwhile() throws Exception {
    try (Connection lock = database.getConnection();
        Statement statement = lock.createStatement()) {
      lock.setAutoCommit(false);
      statement.execute("SELECT FROM runs FOR UPDATE");

      summaries.deriveSome();
      assertThat(value("count(*) FROM series_ranges")).isEqualTo("0");
      lock.rollback();
    }
    reportOutcome();
    now = now.plusSeconds(2);

    summaries.deriveSome();

    assertThat(value("metrics->>'testAccuracy' FROM heartbeats")).isEqualTo("0.75");
    assertThat(value("count(*) FROM series_ranges")).isEqualTo("1");
  }

  @Test
  void whatAnEarlierReleaseAddsLaterIsFoundToo() throws Exception {
    summaries.deriveSome();
    summaries.deriveSome();
    execute("DELETE FROM series_ranges");

    summaries.deriveSome();
    assertThat(value("count(*) FROM series_ranges")).isEqualTo("0");
    now = now.plus(Duration.ofMinutes(11));
    summaries.deriveSome();

    assertThat(value("count(*) FROM series_ranges")).isEqualTo("1");
  }

  private void reportOutcome() {
    trainer.report(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_COMPLETED)
            .setFinalEpoch(2)
            .putMetrics("testAccuracy", 0.75));
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String value(String query) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + query)) {
      row.next();
      return row.getString(1);
    }
  }
}
