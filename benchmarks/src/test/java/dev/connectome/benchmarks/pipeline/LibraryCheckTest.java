package dev.connectome.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LibraryCheckTest {

  private final PipelinePlan plan = new PipelinePlan(1, 4, 10, 2, 0, 1);
  private final LibraryCheck check = new LibraryCheck(plan, Activations.of(plan));
  private final SyntheticRun run = new SyntheticRun(new UUID(0, 1), 0);

  @Test
  void aSnapshotWithoutARecordIsMissing() {
    assertThat(check.check(run, 2, Map.of()).missing()).isEqualTo(2);
  }

  @Test
  void aRecordThatDiffersFromTheLibraryIsReported() {
    SignatureRecord record =
        SignatureRecord.newBuilder()
            .setRunUid(run.uid().toString())
            .setAttempt(1)
            .setEpoch(2)
            .putMetrics("trainLoss", 0.5)
            .setSignature(TopologicalSignature.newBuilder().setNeuronCount(4))
            .build();

    LibraryCheck.Findings findings =
        check.check(
            run, 2, Map.of(SnapshotId.of(record), new SignatureCollector.Arrival(0, record)));

    assertThat(findings.missing()).isEqualTo(1);
    assertThat(findings.mismatches())
        .singleElement()
        .asString()
        .contains(run.uid() + " epoch 2", "neuron_count: 4");
  }

  @Test
  void everySnapshotIsDifferent() {
    Activations activations = Activations.of(plan);
    SyntheticRun other = new SyntheticRun(new UUID(0, 2), 1);

    assertThat(activations.of(run, 1))
        .isEqualTo(activations.of(run, 1))
        .isNotEqualTo(activations.of(run, 2))
        .isNotEqualTo(activations.of(other, 1));
  }
}
