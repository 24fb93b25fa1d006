package dev.connectome.benchmarks.pipeline;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Encodes what a trainer publishes. */
final class SnapshotRecords {
  static final int ATTEMPT = 1;

  private final PipelinePlan plan;
  private final Activations activations;

  SnapshotRecords(PipelinePlan plan, Activations activations) {
    this.plan = plan;
    this.activations = activations;
  }

  /** The records of a snapshot captured now, one per batch. */
  List<byte[]> of(SyntheticRun run, int epoch, int batches) {
    ByteString values = UnsafeByteOperations.unsafeWrap(activations.of(run, epoch));
    Instant now = Instant.now();
    int rowBytes = plan.neurons() * Float.BYTES;
    List<byte[]> records = new ArrayList<>(batches);
    int first = 0;
    for (int index = 0; index < batches; index++) {
      int count = plan.samples() / batches + (index < plan.samples() % batches ? 1 : 0);
      ActivationBatch.Builder batch =
          ActivationBatch.newBuilder()
              .setRunUid(run.uid().toString())
              .setAttempt(ATTEMPT)
              .setEpoch(epoch)
              .setBatchIndex(index)
              .setBatchCount(batches)
              .setFirstSample(first)
              .setSampleCount(count)
              .setSnapshotSamples(plan.samples())
              .setNeuronCount(plan.neurons())
              .addLayers(
                  ActivationLayer.newBuilder().setName("synthetic").setNeurons(plan.neurons()))
              .setValues(values.substring(first * rowBytes, (first + count) * rowBytes))
              .setCapturedAt(
                  Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
              .putMetrics("trainLoss", 1.0 / epoch);
      records.add(ActivationRecord.newBuilder().setBatch(batch).build().toByteArray());
      first += count;
    }
    return records;
  }

  /** The record that ends a run, after which the service drops its state. */
  static byte[] end(SyntheticRun run, int finalEpoch) {
    return ActivationRecord.newBuilder()
        .setEndOfAttempt(
            EndOfAttempt.newBuilder()
                .setRunUid(run.uid().toString())
                .setAttempt(ATTEMPT)
                .setFinalEpoch(finalEpoch))
        .build()
        .toByteArray();
  }
}
