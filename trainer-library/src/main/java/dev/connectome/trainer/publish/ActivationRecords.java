package dev.connectome.trainer.publish;

import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import dev.connectome.trainer.probe.ActivationSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the records that one attempt writes to the activations topic. */
final class ActivationRecords {

  /** Leaves room for the other fields below the default limit of a broker, 1 MiB. */
  static final int MAX_BATCH_BYTES = 900 * 1024;

  /** Of a number below 2^31 in base 128. */
  private static final int MAX_CLASS_BYTES = 5;

  private final String runUid;
  private final int attempt;

  ActivationRecords(String runUid, int attempt) {
    this.runUid = runUid;
    this.attempt = attempt;
  }

  /** Splits a snapshot into batches of whole rows. */
  List<ActivationRecord> snapshot(ActivationSnapshot snapshot) {
    int neurons = snapshot.neurons();
    List<Integer> classes = Arrays.stream(snapshot.predictedClasses()).boxed().toList();
    int rowBytes = neurons * Float.BYTES + (classes.isEmpty() ? 0 : MAX_CLASS_BYTES);
    int rows = Math.max(1, MAX_BATCH_BYTES / rowBytes);
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
      if (!classes.isEmpty()) {
        builder.addAllPredictedClasses(classes.subList(first, first + count));
      }
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
