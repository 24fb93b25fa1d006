package dev.connectome.signature.stream;

import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCOMPLETE;
import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCONSISTENT_SHAPE;
import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_NON_FINITE_ACTIVATIONS;
import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.SnapshotFailureReason;
import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.codec.RecordLimits;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.fixture.Signatures;
import dev.connectome.signature.fixture.TestSnapshot;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.topics.TopicNames;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol, through the whole topology but without a broker. */
class SignatureTopologyTest {

  private static final TopicNames TOPICS = TopicNames.withPrefix("test.");
  private static final RecordLimits LIMITS =
      new RecordLimits(1024, 10_000, 64L << 20, 64, 1000, 16);
  private static final Retention RETENTION =
      new Retention(Duration.ofHours(6), Duration.ofDays(7), Duration.ofMinutes(1));
  private static final UUID RUN = new UUID(7, 1);

  @TempDir Path stateDir;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<Integer, TestSnapshot> published = new HashMap<>();
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> activations;
  private TestOutputTopic<byte[], byte[]> signatures;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  @BeforeEach
  void start() {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    driver =
        new TopologyTestDriver(
            SignatureStreams.topology(
                TOPICS,
                LIMITS,
                RETENTION,
                new SignatureEngine(System::nanoTime),
                new PipelineMeters(meters)),
            config);
    activations =
        driver.createInputTopic(
            TOPICS.activations(), new ByteArraySerializer(), new ByteArraySerializer());
    signatures =
        driver.createOutputTopic(
            TOPICS.signatures(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            TOPICS.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void everySnapshotGetsTheLibrarysSignature() throws Exception {
    for (int epoch = 1; epoch <= 5; epoch++) {
      publish(snapshot(epoch, 40).records(epoch % 2 == 0 ? 3 : 1));
    }

    List<SignatureRecord> records = readSignatures();

    assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3, 4, 5);
    for (SignatureRecord record : records) {
      Signatures.assertMatchesLibrary(record, published);
    }
    assertThat(records.get(0).getSignature().hasPreviousEpoch()).isFalse();
    assertThat(records.get(0).getSignature().hasFirstEpoch()).isFalse();
    assertThat(records.get(4).getSignature().getPreviousEpoch()).isEqualTo(4);
    assertThat(records.get(4).getSignature().getFirstEpoch()).isEqualTo(1);
    assertThat(count("connectome.snapshots", "outcome", "signed")).isEqualTo(5);
  }

  @Test
  void aConnectomeOfSeveralPagesComesBackWhole() throws Exception {
    for (int epoch = 1; epoch <= 2; epoch++) {
      TestSnapshot snapshot = TestSnapshot.random(RUN, 1, epoch, 20, 800);
      published.put(epoch, snapshot);
      publish(snapshot.records(1));
    }

    Signatures.assertMatchesLibrary(readSignatures().get(1), published);
    assertThat(driver.getKeyValueStore("connectomes").approximateNumEntries()).isGreaterThan(2);
  }

  @Test
  void theOrderOfBatchesDoesNotMatter() throws Exception {
    List<ActivationRecord> records = snapshot(1, 40).records(4);

    publish(List.of(records.get(3), records.get(1), records.get(0), records.get(2)));

    Signatures.assertMatchesLibrary(readSignatures().get(0), published);
  }

  @Test
  void duplicatesChangeNothing() throws Exception {
    List<ActivationRecord> records = snapshot(1, 40).records(2);

    publish(List.of(records.get(0), records.get(0), records.get(1), records.get(1)));
    publish(records);

    assertThat(readSignatures()).hasSize(1);
    assertThat(count("connectome.records.ignored", "reason", "duplicate_batch")).isEqualTo(1);
    assertThat(count("connectome.records.ignored", "reason", "already_recorded")).isEqualTo(3);
  }

  @Test
  void aNewerAttemptSupersedesAndItsDistancesBeginAnew() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));
    TestSnapshot second = TestSnapshot.random(RUN, 2, 2, 40, 12);
    publish(second.records(1));
    publish(snapshot(3, 40).records(1));

    List<SignatureRecord> records = readSignatures();

    assertThat(records).hasSize(3);
    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_SUPERSEDED);
    assertThat(records.get(2).getAttempt()).isEqualTo(2);
    assertThat(records.get(2).getSignature().hasPreviousEpoch()).isFalse();
    assertThat(count("connectome.records.ignored", "reason", "older_attempt")).isEqualTo(1);
    assertThat(storedKeys("batches")).isZero();
    assertThat(storedKeys("connectomes")).isEqualTo(1);
  }

  @Test
  void theSecondLaterEpochEndsTheWaitAndTheDistanceSpansTheGap() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));
    publish(snapshot(3, 40).records(1));
    publish(snapshot(4, 40).records(1));

    List<SignatureRecord> records = readSignatures();

    assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 3, 2, 4);
    assertThat(records.get(1).getSignature().getPreviousEpoch()).isEqualTo(1);
    assertFailure(records.get(2), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(records.get(2).getMetricsMap()).containsEntry("trainLoss", 0.5);
    Signatures.assertMatchesLibrary(records.get(3), published);
  }

  @Test
  void nonFiniteActivationsAreToldAndTheNextSnapshotIsComparedWithTheOneBefore() throws Exception {
    publish(snapshot(1, 40).records(1));
    TestSnapshot broken = snapshot(2, 40);
    broken.values()[17] = Float.NaN;
    publish(broken.records(2));
    publish(snapshot(3, 40).records(1));

    List<SignatureRecord> records = readSignatures();

    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_NON_FINITE_ACTIVATIONS);
    assertThat(records.get(2).getSignature().getPreviousEpoch()).isEqualTo(1);
    assertThat(storedKeys("batches")).isZero();
  }

  @Test
  void aChangeOfShapeBetweenSnapshotsIsComparedByQuantiles() throws Exception {
    publish(snapshot(1, 40).records(1));
    TestSnapshot wider = TestSnapshot.random(RUN, 1, 2, 40, 20);
    published.put(2, wider);
    publish(wider.records(1));

    SignatureRecord record = readSignatures().get(1);

    assertThat(record.getSignature().getFromPrevious().getByQuantiles()).isTrue();
    Signatures.assertMatchesLibrary(record, published);
  }

  @Test
  void aChangeOfShapeWithinASnapshotIsTold() throws Exception {
    publish(snapshot(1, 40).records(2).subList(0, 1));
    publish(TestSnapshot.random(RUN, 1, 1, 40, 20).records(2).subList(1, 2));

    assertFailure(readSignatures().get(0), 1, 1, SNAPSHOT_FAILURE_REASON_INCONSISTENT_SHAPE);
    assertThat(storedKeys("batches")).isZero();
  }

  @Test
  void theEndOfAnAttemptDropsItsStateButNotTheMemoryOfItsRecords() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));
    publish(List.of(TestSnapshot.end(RUN, 1, 2)));
    publish(published.get(1).records(1));

    List<SignatureRecord> records = readSignatures();

    assertThat(records).hasSize(2);
    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(storedKeys("batches")).isZero();
    assertThat(storedKeys("connectomes")).isZero();
    assertThat(storedKeys("runs")).isEqualTo(1);
  }

  @Test
  void aSilentRunIsLetGoAndForgottenLater() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));

    driver.advanceWallClockTime(Duration.ofHours(6));

    List<SignatureRecord> records = readSignatures();
    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(storedKeys("connectomes")).isZero();
    assertThat(storedKeys("runs")).isEqualTo(1);

    driver.advanceWallClockTime(Duration.ofDays(7));
    assertThat(storedKeys("runs")).isZero();
  }

  @Test
  void garbageBecomesADeadLetterAndStopsNothing() throws Exception {
    byte[] garbage = "not a record".getBytes(StandardCharsets.UTF_8);
    publish(snapshot(1, 40).records(1));
    activations.pipeInput("anything".getBytes(StandardCharsets.UTF_8), garbage);
    activations.pipeInput((byte[]) null, (byte[]) null);
    activations.pipeInput(TestSnapshot.key(new UUID(7, 2)), snapshot(2, 40).record().toByteArray());
    publish(published.get(2).records(1));

    assertThat(readSignatures()).hasSize(2);
    List<TestRecord<byte[], byte[]>> letters = deadLetters.readRecordsToList();
    assertThat(letters)
        .extracting(letter -> header(letter, "connectome-error"))
        .containsExactly("NOT_PROTOBUF", "NOT_PROTOBUF", "KEY_MISMATCH");
    assertThat(letters.get(0).value()).isEqualTo(garbage);
    assertThat(letters.get(0).key()).isEqualTo("anything".getBytes(StandardCharsets.UTF_8));
    assertThat(header(letters.get(0), "connectome-topic")).isEqualTo(TOPICS.activations());
    assertThat(header(letters.get(0), "connectome-partition")).isEqualTo("0");
    assertThat(header(letters.get(0), "connectome-offset")).isEqualTo("1");
    assertThat(count("connectome.dead.letters", "reason", "not_protobuf")).isEqualTo(2);
  }

  @Test
  void twoRunsDoNotDisturbEachOther() throws Exception {
    UUID other = new UUID(7, 3);
    List<ActivationRecord> mine = snapshot(1, 40).records(2);
    List<ActivationRecord> others = TestSnapshot.random(other, 4, 1, 40, 12).records(2);

    publish(mine.subList(0, 1));
    activations.pipeInput(TestSnapshot.key(other), others.get(0).toByteArray());
    publish(mine.subList(1, 2));
    activations.pipeInput(TestSnapshot.key(other), others.get(1).toByteArray());

    List<SignatureRecord> records = readSignatures();
    assertThat(records)
        .extracting(SignatureRecord::getRunUid)
        .containsExactly(RUN.toString(), other.toString());
    Signatures.assertMatchesLibrary(records.get(0), published);
  }

  private TestSnapshot snapshot(int epoch, int samples) {
    TestSnapshot snapshot = TestSnapshot.random(RUN, 1, epoch, samples, 12);
    published.put(epoch, snapshot);
    return snapshot;
  }

  private void publish(List<ActivationRecord> records) {
    for (ActivationRecord record : records) {
      activations.pipeInput(TestSnapshot.key(RUN), record.toByteArray());
    }
  }

  private List<SignatureRecord> readSignatures() throws Exception {
    List<TestRecord<byte[], byte[]>> records = signatures.readRecordsToList();
    SignatureRecord[] parsed = new SignatureRecord[records.size()];
    for (int i = 0; i < parsed.length; i++) {
      parsed[i] = SignatureRecord.parseFrom(records.get(i).value());
      assertThat(new String(records.get(i).key(), StandardCharsets.UTF_8))
          .isEqualTo(parsed[i].getRunUid());
    }
    return Arrays.asList(parsed);
  }

  private int storedKeys(String store) {
    KeyValueStore<?, ?> keys = driver.getKeyValueStore(store);
    int count = 0;
    try (KeyValueIterator<?, ?> all = keys.all()) {
      while (all.hasNext()) {
        all.next();
        count++;
      }
    }
    return count;
  }

  private double count(String meter, String tag, String value) {
    return meters.get(meter).tag(tag, value).counter().count();
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static void assertFailure(
      SignatureRecord record, int attempt, int epoch, SnapshotFailureReason reason) {
    assertThat(record.getAttempt()).isEqualTo(attempt);
    assertThat(record.getEpoch()).isEqualTo(epoch);
    assertThat(record.getFailure().getReason()).isEqualTo(reason);
    assertThat(record.getFailure().getMessage()).isNotEmpty();
  }
}
