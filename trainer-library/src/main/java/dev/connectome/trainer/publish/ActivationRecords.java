package dev.connectome.trainer.publish;

import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import dev.connectome.trainer.probe.ActivationSnapshot;
import java.util.ArrayList;
import java.util.List;

/** Makes the records that one attempt writes to the activations topic. */
final class ActivationRecords {

  /** Leaves room for the other fields below the default limit of a broker, 1 MiB. */
  static final int MAX_BATCH_BYTES = 900 * 1024;

  private final String runUid;
  private final int attempt;

  ActivationRecords(String runUid, int attempt) {
    this.runUid = runUid;
    this.attempt = attempt;
  }

  /** Splits a snapshot into batches of whole rows. */
  List<ActivationRecord> snapshot(ActivationSnapshot snapshot) {
    int neurons = snapshot.neurons();
    int rows = Math.max(1, MAX_BATCH_BYTES / (neurons * Float.BYTES));
    int batches = (snapshot.samples() + rows - 1) / rows;
    List<ActivationRecord> records = new ArrayList<>(batches);
    for (int batch = 0; batch < batches; batch++) {
      int first = batch * rows;
      int count = Math.min(rows, snapshot.samples() - first);
      var builder =
          ActivationBatch.newBuilder()
              .setRunUid(runUid)
              .setAttempt(attempt)
              .setEpoch(snapshot.epoch())
              .setBatchIndex(batch)
              .setBatchCount(batches)
              .setFirstSample(first)
              .setSampleCount(count)
              .setSnapshotSamples(snapshot.samples())
              .setNeuronCount(neurons)
              .setValues(UnsafeByteOperations.unsafeWrap(snapshot.rows(first, count)))
              .setCapturedAt(
                  Timestamp.newBuilder()
                      .setSeconds(snapshot.capturedAt().getEpochSecond())
                      .setNanos(snapshot.capturedAt().getNano()))
              .putAllMetrics(snapshot.metrics());
      for (ActivationSnapshot.Layer layer : snapshot.layers()) {
        builder.addLayers(
            ActivationLayer.newBuilder().setName(layer.name()).setNeurons(layer.neurons()));
      }
      records.add(ActivationRecord.newBuilder().setBatch(builder).build());
    }
    return records;
  }

  ActivationRecord end(int finalEpoch) {
    return ActivationRecord.newBuilder()
        .setEndOfAttempt(
            EndOfAttempt.newBuilder()
                .setRunUid(runUid)
                .setAttempt(attempt)
                .setFinalEpoch(finalEpoch))
        .build();
  }
}
