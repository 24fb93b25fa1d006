package dev.connectome.signature.stream;

import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCOMPLETE;
import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCONSISTENT_SHAPE;
import static dev.connectome.protos.signature.v1.SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_NON_FINITE_ACTIVATIONS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EpochMetrics;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.SnapshotFailureReason;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.fixture.Signatures;
import dev.connectome.signature.fixture.TestSnapshot;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol, through the whole topology but without a broker. */
class SignatureTopologyTest {

  private static final UUID RUN = new UUID(7, 1);

  @TempDir Path stateDir;

  private final Map<Integer, TestSnapshot> published = new HashMap<>();
  private TopologyHarness topology;

  @BeforeEach
  void start() {
    topology = new TopologyHarness(stateDir);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @Test
  void everySnapshotGetsTheLibrarysSignature() throws Exception {
    for (int epoch = 1; epoch <= 5; epoch++) {
      publish(snapshot(epoch, 40).records(epoch % 2 == 0 ? 3 : 1));
    }

    List<SignatureRecord> records = topology.readSignatures();

    assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3, 4, 5);
    for (SignatureRecord record : records) {
      Signatures.assertMatchesLibrary(record, published);
    }
    assertThat(records.get(0).getSignature().hasPreviousEpoch()).isFalse();
    assertThat(records.get(0).getSignature().hasFirstEpoch()).isFalse();
    assertThat(records.get(4).getSignature().getPreviousEpoch()).isEqualTo(4);
    assertThat(records.get(4).getSignature().getFirstEpoch()).isEqualTo(1);
    assertThat(topology.count("connectome.snapshots", "outcome", "signed")).isEqualTo(5);
  }

  @Test
  void epochsThatAreNotProbedGetTheirMetricsInOrder() throws Exception {
    publish(snapshot(1, 40).records(2));
    publish(List.of(metrics(2), metrics(2)));
    publish(snapshot(3, 40).records(1));

    List<SignatureRecord> records = topology.readSignatures();

    assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3);
    assertThat(records.get(1).getMetricsMap()).containsExactly(Map.entry("trainLoss", 0.5));
    assertThat(records.get(1).hasSignature()).isFalse();
    assertThat(records.get(1).hasFailure()).isFalse();
    assertThat(records.get(2).getSignature().getPreviousEpoch()).isEqualTo(1);
    Signatures.assertMatchesLibrary(records.get(2), published);
  }

  private static ActivationRecord metrics(int epoch) {
    return ActivationRecord.newBuilder()
        .setEpochMetrics(
            EpochMetrics.newBuilder()
                .setRunUid(RUN.toString())
                .setAttempt(1)
                .setEpoch(epoch)
                .putMetrics("trainLoss", 1.0 / epoch))
        .build();
  }

  @Test
  void theTraceOfTheBatchThatCompletesASnapshotGoesOnInItsRecord() {
    List<ActivationRecord> records = snapshot(1, 40).records(2);
    Header completing = new RecordHeader("traceparent", "00-b-2-01".getBytes(UTF_8));
    topology.publish(
        RUN, records.get(0), new RecordHeaders().add("traceparent", "00-a-1-01".getBytes(UTF_8)));
    topology.publish(
        RUN,
        records.get(1),
        new RecordHeaders().add(completing).add("other", "not for readers".getBytes(UTF_8)));

    assertThat(topology.readSignatureHeaders()).containsExactly(completing);
  }

  @Test
  void assemblyTakesFromTheFirstBatchToTheLast() {
    List<ActivationRecord> records = snapshot(1, 40).records(3);
    publish(records.subList(0, 1));
    topology.advance(Duration.ofSeconds(2));
    publish(records.subList(1, 2));
    topology.advance(Duration.ofSeconds(3));
    publish(records.subList(2, 3));

    Timer assembly = topology.timer("connectome.snapshot.assembly");
    assertThat(assembly.count()).isEqualTo(1);
    assertThat(assembly.totalTime(TimeUnit.SECONDS)).isEqualTo(5);
  }

  @Test
  void aConnectomeOfSeveralPagesComesBackWhole() throws Exception {
    for (int epoch = 1; epoch <= 2; epoch++) {
      TestSnapshot snapshot = TestSnapshot.random(RUN, 1, epoch, 20, 800);
      published.put(epoch, snapshot);
      publish(snapshot.records(1));
    }

    Signatures.assertMatchesLibrary(topology.readSignatures().get(1), published);
    assertThat(topology.storedKeys("connectomes")).isGreaterThan(4);
  }

  @Test
  void theOrderOfBatchesDoesNotMatter() throws Exception {
    List<ActivationRecord> records = snapshot(1, 40).records(4);

    publish(List.of(records.get(3), records.get(1), records.get(0), records.get(2)));

    Signatures.assertMatchesLibrary(topology.readSignatures().get(0), published);
  }

  @Test
  void duplicatesChangeNothing() throws Exception {
    List<ActivationRecord> records = snapshot(1, 40).records(2);

    publish(List.of(records.get(0), records.get(0), records.get(1), records.get(1)));
    publish(records);

    assertThat(topology.readSignatures()).hasSize(1);
    assertThat(topology.count("connectome.records.ignored", "reason", "duplicate_batch"))
        .isEqualTo(1);
    assertThat(topology.count("connectome.records.ignored", "reason", "already_recorded"))
        .isEqualTo(3);
  }

  @Test
  void attemptsGoOnBesideEachOtherAndAreComparedWithThemselvesOnly() throws Exception {
    publish(snapshot(1, 40).records(1));
    List<ActivationRecord> second = snapshot(2, 40).records(2);
    publish(second.subList(0, 1));
    publish(TestSnapshot.random(RUN, 2, 2, 40, 12).records(1));
    publish(second.subList(1, 2));

    List<SignatureRecord> records = topology.readSignatures();

    assertThat(records).extracting(SignatureRecord::getAttempt).containsExactly(1, 2, 1);
    assertThat(records.get(1).getSignature().hasPreviousEpoch()).isFalse();
    Signatures.assertMatchesLibrary(records.get(2), published);
    assertThat(records.get(2).getSignature().getPreviousEpoch()).isEqualTo(1);
    assertThat(topology.storedKeys("batches")).isZero();
  }

  /** Records that anyone may publish who knows the uid of a run. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, Integer.MAX_VALUE})
  void nobodyBlindsARunByEndsAndSnapshotsOfAttempts(int forged) throws Exception {
    int other = forged == Integer.MAX_VALUE ? forged : forged + 1;
    for (int epoch = 1; epoch <= 6; epoch++) {
      publish(List.of(TestSnapshot.end(RUN, forged, 1)));
      publish(List.of(TestSnapshot.end(RUN, Integer.MAX_VALUE, 1)));
      publish(snapshot(epoch, 40).records(1));
      publish(TestSnapshot.random(RUN, other, 99_999, 40, 12).records(1));
      publish(TestSnapshot.random(RUN, other, 100_000, 40, 12).records(1));
    }

    List<SignatureRecord> own =
        topology.readSignatures().stream().filter(record -> record.getAttempt() == 1).toList();

    assertThat(own).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(own).allMatch(SignatureRecord::hasSignature);
  }

  @Test
  void theSecondLaterEpochEndsTheWaitAndTheDistanceSpansTheGap() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));
    publish(snapshot(3, 40).records(1));
    publish(snapshot(4, 40).records(1));

    List<SignatureRecord> records = topology.readSignatures();

    assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 3, 2, 4);
    assertThat(records.get(1).getSignature().getPreviousEpoch()).isEqualTo(1);
    assertFailure(records.get(2), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(records.get(2).getMetricsMap()).containsEntry("trainLoss", 0.5);
    Signatures.assertMatchesLibrary(records.get(3), published);
  }

  @Test
  void nonFiniteActivationsAreReportedAndTheNextSnapshotIsComparedWithTheOneBefore()
      throws Exception {
    publish(snapshot(1, 40).records(1));
    TestSnapshot broken = snapshot(2, 40);
    broken.values()[17] = Float.NaN;
    publish(broken.records(2));
    publish(snapshot(3, 40).records(1));

    List<SignatureRecord> records = topology.readSignatures();

    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_NON_FINITE_ACTIVATIONS);
    assertThat(records.get(2).getSignature().getPreviousEpoch()).isEqualTo(1);
    assertThat(topology.storedKeys("batches")).isZero();
  }

  @Test
  void aChangeOfShapeBetweenSnapshotsIsComparedByQuantiles() throws Exception {
    publish(snapshot(1, 40).records(1));
    TestSnapshot wider = TestSnapshot.random(RUN, 1, 2, 40, 20);
    published.put(2, wider);
    publish(wider.records(1));

    SignatureRecord record = topology.readSignatures().get(1);

    assertThat(record.getSignature().getFromPrevious().getByQuantiles()).isTrue();
    Signatures.assertMatchesLibrary(record, published);
  }

  @Test
  void aChangeOfShapeWithinASnapshotIsReported() throws Exception {
    publish(snapshot(1, 40).records(2).subList(0, 1));
    publish(TestSnapshot.random(RUN, 1, 1, 40, 20).records(2).subList(1, 2));

    assertFailure(
        topology.readSignatures().get(0), 1, 1, SNAPSHOT_FAILURE_REASON_INCONSISTENT_SHAPE);
    assertThat(topology.storedKeys("batches")).isZero();
  }

  @Test
  void theEndOfAnAttemptDeletesItsDataButKeepsTheRecordedEpochs() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));
    publish(List.of(TestSnapshot.end(RUN, 1, 2)));
    publish(published.get(1).records(1));

    List<SignatureRecord> records = topology.readSignatures();

    assertThat(records).hasSize(2);
    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(topology.storedKeys("batches")).isZero();
    assertThat(topology.storedKeys("connectomes")).isZero();
    assertThat(topology.storedKeys("runs")).isEqualTo(1);
  }

  @Test
  void aSilentRunLosesItsOpenSnapshotsAndIsDeletedLater() throws Exception {
    publish(snapshot(1, 40).records(1));
    publish(snapshot(2, 40).records(2).subList(0, 1));

    topology.advance(Duration.ofHours(6));

    List<SignatureRecord> records = topology.readSignatures();
    assertFailure(records.get(1), 1, 2, SNAPSHOT_FAILURE_REASON_INCOMPLETE);
    assertThat(topology.storedKeys("batches")).isZero();
    assertThat(topology.storedKeys("runs")).isEqualTo(1);

    topology.advance(Duration.ofDays(7));
    assertThat(topology.storedKeys("connectomes")).isZero();
    assertThat(topology.storedKeys("runs")).isZero();
  }

  @Test
  void aLostConnectomeCostsTheDistancesFromItAndNoSignature() throws Exception {
    try (TopologyHarness uncached =
        new TopologyHarness(
            stateDir.resolve("uncached"), new MemoryBudget(64 << 20, 64 << 20), 0)) {
      uncached.publish(RUN, TestSnapshot.random(RUN, 1, 1, 40, 12).records(1));
      uncached.lose("connectomes");
      for (int epoch = 2; epoch <= 3; epoch++) {
        uncached.publish(RUN, TestSnapshot.random(RUN, 1, epoch, 40, 12).records(1));
      }

      List<SignatureRecord> records = uncached.readSignatures();
      assertThat(uncached.readDeadLetters()).isEmpty();
      assertThat(records).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3);
    }
  }

  @Test
  void anEpochLongerThanTheSilenceLimitHasItsDistances() throws Exception {
    publish(snapshot(1, 40).records(1));
    topology.advance(Duration.ofHours(60));
    publish(snapshot(2, 40).records(1));

    Signatures.assertMatchesLibrary(topology.readSignatures().get(1), published);
  }

  @Test
  void malformedRecordsBecomeDeadLettersAndStopNothing() throws Exception {
    byte[] garbage = "not a record".getBytes(StandardCharsets.UTF_8);
    publish(snapshot(1, 40).records(1));
    topology.publishBytes("anything".getBytes(StandardCharsets.UTF_8), garbage);
    topology.publishBytes(null, null);
    topology.publishBytes(TestSnapshot.key(new UUID(7, 2)), snapshot(2, 40).record().toByteArray());
    publish(published.get(2).records(1));

    assertThat(topology.readSignatures()).hasSize(2);
    List<TestRecord<byte[], byte[]>> letters = topology.readDeadLetters();
    assertThat(letters)
        .extracting(letter -> header(letter, "connectome-error"))
        .containsExactly("NOT_PROTOBUF", "NOT_PROTOBUF", "KEY_MISMATCH");
    assertThat(letters.get(0).value()).isEqualTo(garbage);
    assertThat(letters.get(0).key()).isEqualTo("anything".getBytes(StandardCharsets.UTF_8));
    assertThat(header(letters.get(0), "connectome-topic"))
        .isEqualTo(TopologyHarness.TOPICS.activations());
    assertThat(header(letters.get(0), "connectome-partition")).isEqualTo("0");
    assertThat(header(letters.get(0), "connectome-offset")).isEqualTo("1");
    assertThat(topology.count("connectome.dead.letters", "reason", "not_protobuf")).isEqualTo(2);
  }

  @Test
  void repeatedErrorsAreLoggedAtALimitedRate() {
    List<String> lines = new ArrayList<>();
    Handler handler = handler(record -> lines.add(record.getMessage()));
    Logger log = Logger.getLogger(DeadLetters.class.getName());
    log.addHandler(handler);
    try {
      for (int i = 0; i < 5; i++) {
        topology.publishBytes(TestSnapshot.key(RUN), new byte[] {1, 2, 3});
      }
      assertThat(lines).hasSize(1);
      topology.advance(Duration.ofSeconds(11));
      topology.publishBytes(TestSnapshot.key(RUN), new byte[] {1, 2, 3});
    } finally {
      log.removeHandler(handler);
    }

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("4 more of this error");
    assertThat(topology.count("connectome.dead.letters", "reason", "not_protobuf")).isEqualTo(6);
  }

  @Test
  void interleavedRunsAreIndependent() throws Exception {
    UUID other = new UUID(7, 3);
    List<ActivationRecord> mine = snapshot(1, 40).records(2);
    List<ActivationRecord> others = TestSnapshot.random(other, 4, 1, 40, 12).records(2);

    publish(mine.subList(0, 1));
    topology.publishBytes(TestSnapshot.key(other), others.get(0).toByteArray());
    publish(mine.subList(1, 2));
    topology.publishBytes(TestSnapshot.key(other), others.get(1).toByteArray());

    List<SignatureRecord> records = topology.readSignatures();
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
    topology.publish(RUN, records);
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

  private static Handler handler(Consumer<LogRecord> sink) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        sink.accept(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
