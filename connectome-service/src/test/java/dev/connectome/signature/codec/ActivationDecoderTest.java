package dev.connectome.signature.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.signature.assembly.AttemptEnd;
import dev.connectome.signature.codec.MalformedRecordException.Defect;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.fixture.TestSnapshot;
import java.util.Collections;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationDecoderTest {

  private static final UUID RUN = new UUID(3, 4);
  private static final ActivationRecord VALID =
      TestSnapshot.random(RUN, 2, 5, 10, 4).records(2).get(1);

  private final ActivationDecoder decoder =
      new ActivationDecoder(
          new RecordLimits(100, 1000, 100_000, 8, 50, 2), new MemoryBudget(1 << 20, 1 << 20));

  @Test
  void aValidBatchIsReadFieldByField() throws Exception {
    var batch =
        (dev.connectome.signature.assembly.ActivationBatch)
            decoder.decode(TestSnapshot.key(RUN), VALID.toByteArray());

    assertThat(batch.runUid()).isEqualTo(RUN);
    assertThat(batch.attempt()).isEqualTo(2);
    assertThat(batch.epoch()).isEqualTo(5);
    assertThat(batch.shape()).hasToString("10 samples of 4 neurons in 2 batches");
    assertThat(batch.block()).hasToString("batch 1 (rows 5 to 9)");
    assertThat(batch.values().remaining()).isEqualTo(5 * 4 * Float.BYTES);
    assertThat(batch.predictedClasses()).hasSize(5);
    assertThat(batch.lastLayer()).hasValue(2);
    assertThat(batch.metadata().metrics()).containsEntry("trainLoss", 0.2);
    assertThat(batch.metadata().capturedAt()).hasToString("2023-11-14T22:13:25Z");
  }

  @Test
  void aBatchWithoutLayersAndClassesIsValid() throws Exception {
    ActivationBatch old =
        VALID.getBatch().toBuilder().clearLayers().clearPredictedClasses().build();

    var batch =
        (dev.connectome.signature.assembly.ActivationBatch)
            decoder.decode(ActivationRecord.newBuilder().setBatch(old).build());

    assertThat(batch.predictedClasses()).isEmpty();
    assertThat(batch.lastLayer()).isEmpty();
  }

  @Test
  void valuesAndClassesTogetherHaveALimit() {
    int rows = 900 * 1024 / (2 * Float.BYTES);
    ActivationRecord record =
        ActivationRecord.newBuilder()
            .setBatch(
                VALID.getBatch().toBuilder()
                    .clearLayers()
                    .setBatchIndex(0)
                    .setFirstSample(0)
                    .setSampleCount(rows)
                    .setSnapshotSamples(2 * rows)
                    .setNeuronCount(2)
                    .setValues(ByteString.copyFrom(new byte[900 * 1024]))
                    .clearPredictedClasses()
                    .addAllPredictedClasses(Collections.nCopies(rows, 0)))
            .build();
    ActivationDecoder large =
        new ActivationDecoder(
            new RecordLimits(100, 1_000_000, 1 << 30, 8, 50, 2),
            new MemoryBudget(1 << 20, 1 << 30));

    MalformedRecordException refusal =
        catchThrowableOfType(MalformedRecordException.class, () -> large.decode(record));

    assertThat(refusal.problem())
        .isEqualTo(
            "batch.values + batch.predicted_classes is 1036800; this service accepts at most"
                + " 921600");
  }

  @Test
  void anEndIsRead() throws Exception {
    assertThat(decoder.decode(TestSnapshot.end(RUN, 3, 9))).isEqualTo(new AttemptEnd(RUN, 3));
  }

  @Test
  void aRecordThatTheTopicWouldNotTakeIsRefused() {
    UnknownFieldSet.Field unknown =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFrom(new byte[1_050_000]))
            .build();
    ActivationRecord record =
        VALID.toBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(1_000, unknown).build())
            .build();

    assertThatThrownBy(() -> decoder.decode(record))
        .isInstanceOfSatisfying(
            MalformedRecordException.class,
            refusal -> assertThat(refusal.defect()).isEqualTo(Defect.LIMIT_EXCEEDED));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("defects")
  void aDefectIsNamedByItsField(
      String field, Defect defect, UnaryOperator<ActivationBatch.Builder> corrupt) {
    ActivationRecord record =
        ActivationRecord.newBuilder().setBatch(corrupt.apply(VALID.getBatch().toBuilder())).build();

    MalformedRecordException refusal =
        catchThrowableOfType(MalformedRecordException.class, () -> decoder.decode(record));

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.defect()).isEqualTo(defect);
    assertThat(refusal.problem()).isNotEmpty();
  }

  static Stream<Arguments> defects() {
    return Stream.of(
        invalid("batch.run_uid", batch -> batch.setRunUid("run-1")),
        invalid("batch.run_uid", batch -> batch.setRunUid(RUN + "0")),
        invalid("batch.attempt", batch -> batch.setAttempt(0)),
        invalid("batch.epoch", batch -> batch.setEpoch(-1)),
        beyond("batch.epoch", batch -> batch.setEpoch(51)),
        invalid("batch.neuron_count", batch -> batch.setNeuronCount(1)),
        beyond("batch.neuron_count", batch -> batch.setNeuronCount(101)),
        invalid("batch.snapshot_samples", batch -> batch.setSnapshotSamples(0)),
        beyond("batch.snapshot_samples", batch -> batch.setSnapshotSamples(Integer.MAX_VALUE)),
        beyond(
            "batch.snapshot_samples * batch.neuron_count * 4",
            batch -> batch.setSnapshotSamples(1000).setNeuronCount(100)),
        invalid("batch.batch_count", batch -> batch.setBatchCount(0)),
        beyond("batch.batch_count", batch -> batch.setBatchCount(9)),
        invalid("batch.batch_index", batch -> batch.setBatchIndex(2)),
        invalid("batch.batch_index", batch -> batch.setBatchIndex(-1)),
        invalid("batch.first_sample", batch -> batch.setFirstSample(-1)),
        invalid("batch.sample_count", batch -> batch.setSampleCount(0)),
        invalid("batch.sample_count", batch -> batch.setFirstSample(6)),
        invalid("batch.sample_count", batch -> batch.setFirstSample(Integer.MAX_VALUE)),
        invalid("batch.values", batch -> batch.setValues(ByteString.copyFrom(new byte[3]))),
        invalid(
            "batch.layers", batch -> batch.addLayers(ActivationLayer.newBuilder().setNeurons(1))),
        invalid(
            "batch.layers.neurons", batch -> batch.addLayers(ActivationLayer.getDefaultInstance())),
        invalid("batch.predicted_classes", batch -> batch.addPredictedClasses(1)),
        invalid("batch.predicted_classes", batch -> batch.setPredictedClasses(2, -1)),
        invalid(
            "batch.captured_at",
            batch -> batch.setCapturedAt(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))),
        beyond("batch.metrics", batch -> batch.putMetrics("a", 1).putMetrics("b", 2)),
        beyond("batch.metrics", batch -> batch.putMetrics("x".repeat(257), 1)));
  }

  @Test
  void aSnapshotThatDoesNotFitIntoTheMemoryIsRefusedByItsFirstBatch() {
    ActivationDecoder small =
        new ActivationDecoder(
            new RecordLimits(16_384, 1000, 1 << 20, 8, 50, 2), new MemoryBudget(1 << 20, 1 << 20));
    ActivationRecord record = TestSnapshot.random(RUN, 1, 1, 10, 300).records(2).get(0);

    MalformedRecordException refusal =
        catchThrowableOfType(MalformedRecordException.class, () -> small.decode(record));

    assertThat(refusal.defect()).isEqualTo(Defect.LIMIT_EXCEEDED);
    assertThat(refusal.field()).isEqualTo("batch.neuron_count");
    assertThat(refusal.problem())
        .isEqualTo(
            "a snapshot of 300 neurons needs 2 MiB of heap; this service has 1 MiB for one, enough"
                + " for 274 neurons. Probe fewer neurons or give the service a larger heap");
  }

  @Test
  void aRecordWithoutContentIsInvalid() {
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> decoder.decode(ActivationRecord.getDefaultInstance()))
        .matches(e -> e.defect() == Defect.INVALID_FIELD);
  }

  @Test
  void anotherRunsKeyIsAMismatch() {
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> decoder.decode(TestSnapshot.key(new UUID(3, 5)), VALID.toByteArray()))
        .matches(e -> e.defect() == Defect.KEY_MISMATCH);
  }

  @Test
  void corruptRecordsAreRefusedWithAnExplanation() {
    Random random = new Random(1);
    byte[] valid = VALID.toByteArray();
    for (int i = 0; i < 2000; i++) {
      byte[] corrupted = valid.clone();
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        corrupted[random.nextInt(corrupted.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(decoder.decode(TestSnapshot.key(RUN), corrupted)).isNotNull();
      } catch (MalformedRecordException e) {
        assertThat(e.problem()).isNotEmpty();
      }
    }
  }

  private static Arguments invalid(String field, UnaryOperator<ActivationBatch.Builder> corrupt) {
    return Arguments.of(field, Defect.INVALID_FIELD, corrupt);
  }

  private static Arguments beyond(String field, UnaryOperator<ActivationBatch.Builder> corrupt) {
    return Arguments.of(field, Defect.LIMIT_EXCEEDED, corrupt);
  }
}
