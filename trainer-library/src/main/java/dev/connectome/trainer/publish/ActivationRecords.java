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

/** The records of one attempt of a run, as they stand on the activations topic. */
final class ActivationRecords {

  /** Small enough for a broker's default limit, with room for everything but the values. */
  static final int MAX_BLOCK_BYTES = 900 * 1024;

  private final String runUid;
  private final int attempt;

  ActivationRecords(String runUid, int attempt) {
    this.runUid = runUid;
    this.attempt = attempt;
  }

  /** A snapshot, cut into blocks of whole rows. */
  List<ActivationRecord> snapshot(ActivationSnapshot snapshot) {
    int neurons = snapshot.neurons();
    int rows = Math.max(1, MAX_BLOCK_BYTES / (neurons * Float.BYTES));
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

  /** The end of the attempt. */
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
