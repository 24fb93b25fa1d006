package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Timestamp;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EpochMetrics;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.fixture.TestSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
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

/** Records of sizes and times that no trainer means: none ends the work on those of others. */
class HostileRecordsTest {

  private static final UUID RUN = new UUID(8, 1);
  private static final UUID OTHER = new UUID(8, 2);

  /** The beginning of year 1 and the end of year 9999. */
  private static final long FIRST_SECOND = -62_135_596_800L;

  private static final long LAST_SECOND = 253_402_300_799L;

  @TempDir Path stateDir;

  private TopologyHarness topology;

  @BeforeEach
  void start() {
    topology = new TopologyHarness(stateDir);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {FIRST_SECOND, LAST_SECOND})
  void anyTimeOfCaptureThatIsATimeIsTaken(long seconds) throws Exception {
    Timestamp captured = Timestamp.newBuilder().setSeconds(seconds).build();
    ActivationRecord.Builder batch = TestSnapshot.random(RUN, 1, 1, 40, 12).record().toBuilder();
    batch.getBatchBuilder().setCapturedAt(captured);
    EpochMetrics.Builder metrics =
        EpochMetrics.newBuilder()
            .setRunUid(RUN.toString())
            .setAttempt(1)
            .setEpoch(2)
            .putMetrics("trainLoss", 0.5)
            .setCapturedAt(captured);

    topology.publish(
        RUN,
        List.of(batch.build(), ActivationRecord.newBuilder().setEpochMetrics(metrics).build()));

    assertThat(topology.readSignatures())
        .extracting(SignatureRecord::getEpoch, SignatureRecord::getCapturedAt)
        .containsExactly(tuple(1, captured), tuple(2, captured));
    assertThat(topology.timer("connectome.snapshot.latency").count()).isZero();
  }

  @Test
  void aDeadLetterFitsIntoItsTopicWhateverTheSizeOfTheRecord() {
    byte[] value = new byte[3_000_000];
    Arrays.fill(value, (byte) 7);
    RecordHeaders headers = new RecordHeaders();
    headers.add("small", "kept".getBytes(UTF_8)).add("large", new byte[1_500_000]);
    for (int i = 0; i < 100; i++) {
      headers.add("many", new byte[8_000]);
    }
    topology.publish(new TestRecord<>(new byte[2_000_000], value, headers));

    TestRecord<byte[], byte[]> letter = topology.readDeadLetters().get(0);

    assertThat(letter.value()).isEqualTo(Arrays.copyOf(value, 64 * 1024));
    assertThat(letter.key()).hasSize(8_192);
    assertThat(text(letter, "small")).isEqualTo("kept");
    assertThat(letter.headers().lastHeader("large")).isNull();
    assertThat(text(letter, "connectome-value-bytes")).isEqualTo("3000000");
    assertThat(text(letter, "connectome-key-bytes")).isEqualTo("2000000");
    assertThat(Integer.parseInt(text(letter, "connectome-headers-omitted"))).isGreaterThan(1);
    int total = 0;
    for (Header header : letter.headers()) {
      total += header.key().length() + header.value().length;
    }
    assertThat(total).isLessThan(300_000);
  }

  @Test
  void traceHeadersThatNoTracerMakesAreLeftOutOfTheSignature() {
    Header trace = new RecordHeader("traceparent", "00-b-2-01".getBytes(UTF_8));
    topology.publish(
        RUN,
        TestSnapshot.random(RUN, 1, 1, 40, 12).record(),
        new RecordHeaders().add(trace).add("baggage", new byte[1_500_000]));

    assertThat(topology.readSignatureHeaders()).containsExactly(trace);
  }

  @Test
  void noRunIsClosedAsSilentWhileABacklogOfHoursIsRead() throws Exception {
    List<ActivationRecord> split = TestSnapshot.random(RUN, 1, 1, 40, 12).records(2);
    topology.publish(RUN, split.subList(0, 1));
    for (int halfHours = 1; halfHours <= 20; halfHours++) {
      topology.advance(Duration.ofMinutes(30));
      topology.publish(OTHER, TestSnapshot.random(OTHER, 1, halfHours, 40, 12).records(1));
    }
    topology.publish(RUN, split.subList(1, 2));

    List<SignatureRecord> own =
        topology.readSignatures().stream()
            .filter(record -> record.getRunUid().equals(RUN.toString()))
            .toList();
    assertThat(own).singleElement().matches(SignatureRecord::hasSignature);
  }

  @Test
  void aConnectomeTooLargeForAHeapThatWasMadeSmallerIsNotRead() throws Exception {
    MemoryBudget before = new MemoryBudget(64 << 20, 64 << 20);
    MemoryBudget now = new MemoryBudget(7 * Float.BYTES * 100 * 99 / 2, 64 << 20);
    try (TopologyHarness narrow = new TopologyHarness(stateDir.resolve("narrow"), before, now, 0)) {
      narrow.publish(RUN, TestSnapshot.random(RUN, 1, 1, 10, 200).records(1));
      narrow.publish(RUN, TestSnapshot.random(RUN, 1, 2, 10, 12).records(1));

      List<SignatureRecord> records = narrow.readSignatures();
      assertThat(narrow.readDeadLetters()).isEmpty();
      assertThat(records).hasSize(2).allMatch(SignatureRecord::hasSignature);
      assertThat(records.get(1).getSignature().hasPreviousEpoch()).isFalse();
    }
  }

  private static String text(TestRecord<byte[], byte[]> record, String header) {
    return new String(record.headers().lastHeader(header).value(), UTF_8);
  }
}
