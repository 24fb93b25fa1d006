package dev.connectome.controller.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.WatchedDataSource;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is stored of signatures when the database, a record or a run is at fault. */
class IngestFaultsTest {

  /** More than are held of a run. */
  private static final int MANY = 650;

  private final DataSource unwatched = TestDatabase.create();
  private final WatchedDataSource database = new WatchedDataSource(unwatched, 16);
  private final List<SimulatedTrainer> trainers = new ArrayList<>();
  private SignatureTopic topic;
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    topic = new SignatureTopic(TestBroker.shared().bootstrapServers()).create();
    startController();
  }

  private void startController() throws Exception {
    controller =
        ControllerUnderTest.start(
            database,
            Map.of(
                "connectome.kafka.bootstrap-servers",
                TestBroker.shared().bootstrapServers(),
                "connectome.kafka.topic-prefix",
                topic.prefix(),
                "connectome.kafka.group-id",
                topic.prefix()));
  }

  @AfterEach
  void stop() {
    trainers.forEach(SimulatedTrainer::close);
    controller.close();
    topic.close();
  }

  @Test
  void aStatementThatIsCancelledOnceCostsNoSignature() throws Exception {
    String uid = running("a");
    topic.publish(Signatures.of(uid, 1, 1, 0));
    await().untilAsserted(() -> assertThat(epochs("a")).containsExactly(1));

    database.failOnce("INSERT INTO signatures", "57014");
    topic.publish(Signatures.of(uid, 1, 2, 10));
    topic.publish(Signatures.of(uid, 1, 3, 9));

    await().untilAsserted(() -> assertThat(epochs("a")).containsExactly(1, 2, 3));
    assertThat(database.hasFailed()).isTrue();
  }

  @Test
  void aRunWhoseSignaturesCannotBeStoredKeepsNoOtherRunWaiting() throws Exception {
    String poison = running("poison");
    String good = running("good");
    execute(
        """
        INSERT INTO events (run_uid, position, kind, actor, message, state, attempt)
        SELECT uid, position + 1, 'X', 'test', '', state, attempt FROM runs WHERE uid = '%s'
        """
            .formatted(poison));

    for (int epoch = 1; epoch <= 3; epoch++) {
      topic.publish(Signatures.of(poison, 1, epoch, 1), Signatures.of(good, 1, epoch, 1));
    }

    await().untilAsserted(() -> assertThat(epochs("good")).containsExactly(1, 2, 3));
    List<ConsumerRecord<byte[], byte[]>> passedOver = deadLetters(1);
    assertThat(header(passedOver.get(0), "connectome-error")).isEqualTo("NOT_STORED");
    assertThat(SignatureRecord.parseFrom(passedOver.get(0).value()).getRunUid()).isEqualTo(poison);
  }

  @Test
  void aRunForWhichTheDatabaseGoesOnFailingKeepsNoOtherWaitingAndLosesNothing() throws Exception {
    String poison = running("poison");
    String good = running("good");
    failStorage(poison, "XX001");

    for (int epoch = 1; epoch <= 3; epoch++) {
      topic.publish(Signatures.of(poison, 1, epoch, 1), Signatures.of(good, 1, epoch, 1));
      int stored = epoch;
      await().untilAsserted(() -> assertThat(epochs("good")).hasSize(stored));
    }

    await()
        .untilAsserted(
            () ->
                assertThat(controller.get("poison").getStateMessage())
                    .startsWith("quarantined: storage of its signatures fails"));
    assertThat(epochs("poison")).isEmpty();
    execute("DROP TRIGGER fails ON signatures");
    await().untilAsserted(() -> assertThat(epochs("poison")).containsExactly(1, 2, 3));
    await().untilAsserted(() -> assertThat(controller.get("poison").getStateMessage()).isEmpty());
  }

  @Test
  void whatIsHeldIsReadAgainByTheNextController() throws Exception {
    String poison = running("poison");
    String good = running("good");
    failStorage(poison, "XX001");
    topic.publish(Signatures.of(poison, 1, 1, 1), Signatures.of(good, 1, 1, 1));
    topic.publish(Signatures.of(good, 1, 2, 1));
    await().untilAsserted(() -> assertThat(epochs("good")).containsExactly(1, 2));

    controller.close();
    execute("DROP TRIGGER fails ON signatures");
    startController();

    await().untilAsserted(() -> assertThat(epochs("poison")).containsExactly(1));
  }

  @Test
  void aRunOfWhichMoreComesThanIsHeldLosesNothing() throws Exception {
    String poison = running("poison", MANY);
    failStorage(poison, "XX001");
    topic.publish(
        IntStream.rangeClosed(1, MANY)
            .mapToObj(epoch -> Signatures.of(poison, 1, epoch, 1))
            .toArray(SignatureRecord[]::new));
    topic.publish(poison, "read when all before was".getBytes(UTF_8));
    deadLetters(1);

    execute("DROP TRIGGER fails ON signatures");

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(epochsAsStored(poison))
                    .isEqualTo(IntStream.rangeClosed(1, MANY).boxed().toList()));
    assertThat(deadLetters(1))
        .extracting(record -> header(record, "connectome-error"))
        .containsOnly("MALFORMED");
    await().untilAsserted(() -> assertThat(controller.get("poison").getStateMessage()).isEmpty());
  }

  @Test
  void aRunThatSomebodyHasLockedKeepsNoOtherWaiting() throws Exception {
    String locked = running("locked");
    String good = running("good");
    try (Connection connection = unwatched.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT FROM runs WHERE uid = '%s' FOR UPDATE".formatted(locked));
      for (int epoch = 1; epoch <= 3; epoch++) {
        topic.publish(Signatures.of(locked, 1, epoch, 1), Signatures.of(good, 1, epoch, 1));
        int stored = epoch;
        await().untilAsserted(() -> assertThat(epochs("good")).hasSize(stored));
      }
      connection.rollback();
    }

    await().untilAsserted(() -> assertThat(epochs("locked")).containsExactly(1, 2, 3));
  }

  @Test
  void aRunWhoseHeldSignaturesWerePassedOverIsNoLongerQuarantined() throws Exception {
    String poison = running("poison");
    failStorage(poison, "XX001");
    topic.publish(Signatures.of(poison, 1, 1, 1));
    await()
        .untilAsserted(
            () -> assertThat(controller.get("poison").getStateMessage()).startsWith("quarantined"));

    failStorage(poison, "23514");

    assertThat(header(deadLetters(1).get(0), "connectome-error")).isEqualTo("NOT_STORED");
    await().untilAsserted(() -> assertThat(controller.get("poison").getStateMessage()).isEmpty());
  }

  @Test
  void aSignatureThatCannotBeStoredTakesNoneOfItsRunWithIt() throws Exception {
    String uid = running("a");
    failStorage(uid, "23514", "NEW.epoch = 2");
    topic.publish(
        Signatures.of(uid, 1, 1, 0), Signatures.of(uid, 1, 2, 10), Signatures.of(uid, 1, 3, 9));

    await().untilAsserted(() -> assertThat(epochs("a")).containsExactly(1, 3));
    assertThat(deadLetters(1))
        .extracting(record -> SignatureRecord.parseFrom(record.value()).getEpoch())
        .containsExactly(2);
  }

  @Test
  void ofHeldSignaturesOnlyTheOneThatCannotBeStoredIsPassedOver() throws Exception {
    String poison = running("poison");
    failStorage(poison, "XX001");
    topic.publish(
        Signatures.of(poison, 1, 1, 0),
        Signatures.of(poison, 1, 2, 10),
        Signatures.of(poison, 1, 3, 9));
    await()
        .untilAsserted(
            () -> assertThat(controller.get("poison").getStateMessage()).startsWith("quarantined"));

    failStorage(poison, "23514", "NEW.epoch = 2");

    await().untilAsserted(() -> assertThat(epochs("poison")).containsExactly(1, 3));
    assertThat(deadLetters(1))
        .extracting(record -> SignatureRecord.parseFrom(record.value()).getEpoch())
        .containsExactly(2);
  }

  @Test
  void anEvaluationThatFailedIsTriedAgainThoughNoSignatureFollows() throws Exception {
    String uid = running("a", ApiOverGrpc.plateau(), 100);
    database.failOnce("INSERT INTO decisions", "23514");

    topic.publish(
        Signatures.of(uid, 1, 1, 0),
        Signatures.of(uid, 1, 2, 10),
        Signatures.of(uid, 1, 3, .5),
        Signatures.of(uid, 1, 4, .5),
        Signatures.of(uid, 1, 5, .5));

    await().untilAsserted(() -> assertThat(controller.get("a").hasDecision()).isTrue());
    assertThat(database.hasFailed()).isTrue();
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(5);
    await().until(() -> !controller.get("a").getStateMessage().startsWith("quarantined"));
  }

  @Test
  void aRunWhoseEvaluationCannotBeRecordedCostsNeitherItNorOthersASignature() throws Exception {
    String poison = running("poison");
    String good = running("good");
    execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION USING MESSAGE = 'of the test', ERRCODE = '23514'; END $$;
        CREATE TRIGGER refuses BEFORE UPDATE OF judged_epoch ON runs
          FOR EACH ROW WHEN (NEW.uid = '%s') EXECUTE FUNCTION refuse()
        """
            .formatted(poison));

    topic.publish(Signatures.of(poison, 1, 1, 0), Signatures.of(good, 1, 1, 0));
    await().until(() -> evaluatedEpoch(good) == 1);
    await()
        .untilAsserted(
            () ->
                assertThat(controller.get("poison").getStateMessage())
                    .startsWith("quarantined: evaluation fails"));
    topic.publish("x", "nonsense".getBytes(UTF_8));
    assertThat(deadLetters(1))
        .extracting(record -> header(record, "connectome-error"))
        .containsExactly("MALFORMED");
    assertThat(epochs("poison")).containsExactly(1);

    execute("DROP TRIGGER refuses ON runs");
    await().until(() -> evaluatedEpoch(poison) == 1);
    await().untilAsserted(() -> assertThat(controller.get("poison").getStateMessage()).isEmpty());
  }

  private int evaluatedEpoch(String uid) throws Exception {
    try (Connection connection = unwatched.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT judged_epoch FROM runs WHERE uid = '%s'".formatted(uid))) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void whatNoTrainerOfTheRunCanHaveSentIsRefusedAndBlindsNobody() throws Exception {
    String uid = running("a");
    topic.publish(Signatures.of(uid, Integer.MAX_VALUE, 1, 1));
    topic.publish(Signatures.of(uid, 1, 1_000_000, 1));
    topic.publish("x", "nonsense".getBytes(UTF_8));
    var many = Signatures.of(uid, 1, 7, 1).toBuilder();
    for (int metric = 0; metric < 65; metric++) {
      many.putMetrics("m" + metric, metric);
    }
    topic.publish(many.build());
    topic.publish(Signatures.of(uid, 1, 1, 0), Signatures.of(uid, 1, 2, 10));

    await().untilAsserted(() -> assertThat(epochs("a")).containsExactly(1, 2));
    assertThat(deadLetters(4))
        .extracting(record -> header(record, "connectome-error"))
        .containsExactlyInAnyOrder(
            "UNKNOWN_ATTEMPT", "EPOCH_BEYOND_BUDGET", "MALFORMED", "MALFORMED");
  }

  private String running(String runId) throws Exception {
    return running(runId, 100);
  }

  private String running(String runId, int epochs) throws Exception {
    return running(runId, StoppingPolicy.getDefaultInstance(), epochs);
  }

  private String running(String runId, StoppingPolicy policy, int epochs) throws Exception {
    String uid =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(runId)
                    .setTrainingRun(
                        TrainingRun.newBuilder()
                            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                            .setPolicy(policy)
                            .setSpec(TrainingSpec.newBuilder().setEpochs(epochs)))
                    .build())
            .getUid();
    var trainer = new SimulatedTrainer(controller.channel(), uid);
    trainers.add(trainer);
    trainer.register();
    return uid;
  }

  private List<Integer> epochs(String runId) {
    return controller
        .runs()
        .listSignatures(ListSignaturesRequest.newBuilder().setParent("runs/" + runId).build())
        .getSignaturesList()
        .stream()
        .map(SignatureRecord::getEpoch)
        .toList();
  }

  private List<Integer> epochsAsStored(String uid) throws Exception {
    List<Integer> epochs = new ArrayList<>();
    try (Connection connection = unwatched.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT epoch FROM signatures WHERE run_uid = '%s' ORDER BY position"
                    .formatted(uid))) {
      while (rows.next()) {
        epochs.add(rows.getInt(1));
      }
    }
    return epochs;
  }

  /** From now on no signature of a run can be stored. */
  private void failStorage(String uid, String state) throws Exception {
    failStorage(uid, state, "true");
  }

  private void failStorage(String uid, String state, String condition) throws Exception {
    execute(
        """
        CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION USING MESSAGE = 'invalid page', ERRCODE = '%s'; END $$;
        CREATE OR REPLACE TRIGGER fails BEFORE INSERT ON signatures
          FOR EACH ROW WHEN (NEW.run_uid = '%s' AND %s) EXECUTE FUNCTION fail()
        """
            .formatted(state, uid, condition));
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = unwatched.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<ConsumerRecord<byte[], byte[]>> deadLetters(int atLeast) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                TestBroker.shared().bootstrapServers(),
                "auto.offset.reset",
                "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic.deadLetters(), 0)));
      await()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= atLeast;
              });
    }
    return records;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
