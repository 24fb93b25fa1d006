package dev.connectome.signature.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.fixture.Signatures;
import dev.connectome.signature.fixture.TestSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signals of the sample graph, from activation records to signature records. */
class SampleSignalsTest {

  private static final UUID RUN = new UUID(7, 1);
  private static final int SAMPLES = 40;
  private static final long MIB = 1L << 20;

  @TempDir Path stateDir;

  private final Map<Integer, TestSnapshot> published = new HashMap<>();

  @Test
  void theyAreTheLibrarysWhateverTheOrderOfTheBatchesAndWithoutACache() throws Exception {
    List<ActivationRecord> records = new ArrayList<>();
    for (int epoch = 1; epoch <= 4; epoch++) {
      List<ActivationRecord> batches = snapshot(epoch, SAMPLES).records(4);
      records.addAll(List.of(batches.get(2), batches.get(0), batches.get(3), batches.get(1)));
    }

    List<SignatureRecord> signatures = compute(records);

    assertThat(signatures).hasSize(4);
    for (SignatureRecord signature : signatures) {
      Signatures.assertMatchesLibrary(signature, published);
    }
    assertThat(signals(signatures.get(3)).hasNeighbourTurnover()).isTrue();
    assertThat(signals(signatures.get(0)).hasNeighbourTurnover()).isFalse();
  }

  @Test
  void theTurnoverOfASnapshotCompletedLateIsThatSinceTheOneBeforeBoth() throws Exception {
    List<ActivationRecord> second = snapshot(2, SAMPLES).records(2);
    List<ActivationRecord> records = new ArrayList<>(snapshot(1, SAMPLES).records(1));
    records.add(second.get(0));
    records.addAll(snapshot(3, SAMPLES).records(1));
    records.add(second.get(1));

    SignatureRecord late = compute(records).get(2);

    assertThat(late.getEpoch()).isEqualTo(2);
    Signatures.assertMatchesLibrary(late, published);
  }

  @Test
  void withoutClassesOnlyTheTurnoverIsComputed() throws Exception {
    List<ActivationRecord> records = new ArrayList<>();
    for (int epoch = 1; epoch <= 2; epoch++) {
      records.addAll(
          changed(snapshot(epoch, SAMPLES), ActivationBatch.Builder::clearPredictedClasses));
    }

    List<SignatureRecord> signatures = compute(records);

    assertThat(signatures.get(0).getSignature().hasSampleSignals()).isFalse();
    SampleSignals second = signals(signatures.get(1));
    assertThat(second.getNeighbourTurnover()).isPositive();
    assertThat(second.hasNeighbourAgreement()).isFalse();
    assertThat(second.hasTreeAgreement()).isFalse();
    assertThat(second.hasPredictedClassConcentration()).isFalse();
  }

  @Test
  void aBatchWithoutClassesLeavesTheSnapshotWithoutAgreement() throws Exception {
    List<ActivationRecord> records = snapshot(1, SAMPLES).records(2);
    ActivationBatch without = records.get(0).getBatch().toBuilder().clearPredictedClasses().build();

    List<SignatureRecord> signatures =
        compute(List.of(ActivationRecord.newBuilder().setBatch(without).build(), records.get(1)));

    assertThat(signatures.get(0).hasSignature()).isTrue();
    assertThat(signatures.get(0).getSignature().hasSampleSignals()).isFalse();
  }

  @Test
  void withoutLayersAllColumnsCount() throws Exception {
    TestSnapshot snapshot = snapshot(1, SAMPLES);
    ActivationLayer all = ActivationLayer.newBuilder().setNeurons(snapshot.neurons()).build();
    UnaryOperator<ActivationBatch.Builder> oneLayer = batch -> batch.clearLayers().addLayers(all);

    SampleSignals ofOneLayer = signals(compute(changed(snapshot, oneLayer)).get(0));
    SampleSignals ofNone =
        signals(compute(changed(snapshot, ActivationBatch.Builder::clearLayers)).get(0));
    SampleSignals ofTheLast = signals(compute(snapshot.records(2)).get(0));

    assertThat(ofNone).isEqualTo(ofOneLayer).isNotEqualTo(ofTheLast);
  }

  @Test
  void oneClassForAllAgreesNoMoreThanByChance() throws Exception {
    List<ActivationRecord> records =
        changed(
            snapshot(1, SAMPLES),
            batch -> {
              for (int row = 0; row < batch.getPredictedClassesCount(); row++) {
                batch.setPredictedClasses(row, 7);
              }
              return batch;
            });

    SampleSignals signals = signals(compute(records).get(0));

    assertThat(signals.getPredictedClassConcentration()).isEqualTo(1);
    assertThat(signals.getNeighbourAgreement()).isZero();
    assertThat(signals.getTreeAgreement()).isZero();
  }

  @Test
  void theTurnoverNeedsAsManyInputsAsBefore() throws Exception {
    List<ActivationRecord> records = new ArrayList<>(snapshot(1, SAMPLES).records(2));
    records.addAll(snapshot(2, SAMPLES + 1).records(2));

    SampleSignals second = signals(compute(records).get(1));

    assertThat(second.hasNeighbourTurnover()).isFalse();
    assertThat(second.hasNeighbourAgreement()).isTrue();
  }

  @Test
  void noMoreInputsThanNeighboursAreNotCompared() throws Exception {
    for (int samples : List.of(1, 10)) {
      SignatureRecord record = compute(snapshot(1, samples).records(1)).get(0);
      Signatures.assertMatchesLibrary(record, published);
      assertThat(record.getSignature().hasSampleSignals()).isFalse();
    }
    SignatureRecord record = compute(snapshot(1, 11).records(1)).get(0);
    Signatures.assertMatchesLibrary(record, published);
  }

  @Test
  void deadInputsHaveFiniteSignals() throws Exception {
    TestSnapshot dead = snapshot(1, SAMPLES);
    Arrays.fill(dead.values(), 0.5f);

    SampleSignals signals = signals(compute(dead.records(1)).get(0));

    assertThat(signals.getNeighbourAgreement()).isCloseTo(0, within(1e-12));
    assertThat(signals.getTreeAgreement()).isCloseTo(0, within(1e-12));
  }

  @Test
  void inputsThatDoNotFitIntoTheMemoryAreNotComparedButHaveTheirSignature() throws Exception {
    List<ActivationRecord> records = snapshot(1, 400).records(1);
    try (var small = new TopologyHarness(stateDir, new MemoryBudget(MIB, 64 * MIB), 0)) {
      small.publish(RUN, records);
      SignatureRecord record = small.readSignatures().get(0);

      assertThat(record.hasSignature()).isTrue();
      assertThat(record.getSignature().hasSampleSignals()).isFalse();
      assertThat(small.storedKeys("connectomes")).isEqualTo(1);
    }
  }

  private TestSnapshot snapshot(int epoch, int samples) {
    TestSnapshot snapshot = TestSnapshot.random(RUN, 1, epoch, samples, 12);
    published.put(epoch, snapshot);
    return snapshot;
  }

  private static List<ActivationRecord> changed(
      TestSnapshot snapshot, UnaryOperator<ActivationBatch.Builder> change) {
    return snapshot.records(2).stream()
        .map(record -> change.apply(record.getBatch().toBuilder()))
        .map(batch -> ActivationRecord.newBuilder().setBatch(batch).build())
        .toList();
  }

  /** Nothing is cached, so that all that a snapshot is compared with is read from the stores. */
  private List<SignatureRecord> compute(List<ActivationRecord> records) throws Exception {
    try (var topology = new TopologyHarness(stateDir, new MemoryBudget(64 * MIB, 64 * MIB), 0)) {
      topology.publish(RUN, records);
      return topology.readSignatures();
    }
  }

  private static SampleSignals signals(SignatureRecord record) {
    assertThat(record.getSignature().hasSampleSignals()).isTrue();
    return record.getSignature().getSampleSignals();
  }
}
