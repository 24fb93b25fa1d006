package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.WatchedDataSource;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.RunHistory;
import dev.connectome.stopping.StopDecision;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Policies are evaluated as folds, which decide what an evaluation of the whole history decides.
 */
class EvaluationTest extends ApiOverGrpc {

  private static final String READS_SERIES = "SELECT attempt, epoch, previous_epoch";

  private final DataSource unwatched = TestDatabase.create();
  private final WatchedDataSource database = new WatchedDataSource(unwatched, 16);

  @Override
  DataSource database() {
    return database;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void inWhateverPortionsPointsComeTheDecisionIsThatOfTheWholeHistory(long seed) throws Exception {
    var random = new Random(seed);
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    List<EpochObservation> known = new ArrayList<>();
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      int epoch = 1;
      while (epoch < 60 && !controller.get("a").hasDecision()) {
        double[] pairs = new double[2 * (1 + random.nextInt(4))];
        for (int i = 0; i < pairs.length; i += 2) {
          pairs[i] = epoch;
          pairs[i + 1] = epoch == 2 ? 10 : random.nextDouble() < 0.6 ? 0.5 : 3;
          known.add(
              SignatureCodec.observation(Signatures.of(run.getUid(), 1, epoch, pairs[i + 1])));
          epoch++;
        }
        if (random.nextInt(3) == 0) {
          restartEvaluator();
        }
        arrive(run.getUid(), pairs);
      }
    }

    var policy = RunDefinition.of(run.toByteArray()).guarded(plateau());
    OptionalInt expected =
        policy.decide(RunHistory.of(known, 1)).stream().mapToInt(StopDecision::stopEpoch).findAny();
    TrainingRun decided = controller.get("a");
    assertThat(decided.hasDecision()).isEqualTo(expected.isPresent());
    expected.ifPresent(stop -> assertThat(decided.getDecision().getStopEpoch()).isEqualTo(stop));
    assertThat(PolicyCodec.policy(plateau()).id()).isEqualTo(policy.id());
  }

  @Test
  void aPointThatContinuesASeriesReadsNothingOfIt() throws Exception {
    String uid = controller.createExternal("a", plateau().toBuilder()).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10);
      database.statements().clear();

      arrive(uid, 3, 9);
      assertThat(database.statements()).noneMatch(sql -> sql.contains(READS_SERIES));

      restartEvaluator();
      arrive(uid, 4, 9);
      assertThat(database.statements()).anyMatch(sql -> sql.contains(READS_SERIES));
    }
  }

  @Test
  void whatWasStoredButNotEvaluatedIsEvaluatedWhenItComesAgain() throws Exception {
    String uid = controller.createExternal("a", plateau().toBuilder()).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5);
      database.failOnce("INSERT INTO decisions", "57014");
      try {
        arrive(uid, 5, .5);
      } catch (RuntimeException e) {
        assertThat(controller.get("a").hasDecision()).isFalse();
      }
      assertThat(database.hasFailed()).isTrue();

      arrive(uid, 5, .5);
    }
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(5);
  }

  @Test
  void signaturesOfAnEarlierReleaseAreEvaluatedFromTheirRecords() throws Exception {
    String uid = controller.createExternal("a", plateau().toBuilder()).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5);
      try (Connection connection = unwatched.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(
            "UPDATE signatures SET series_names = NULL, series_values = NULL, series_distances = NULL, previous_epoch = NULL");
      }
      restartEvaluator();

      arrive(uid, 5, .5);
    }
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(5);
  }
}
