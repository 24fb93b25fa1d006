package dev.connectome.controller.report;

import com.google.protobuf.ByteString;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import dev.connectome.protos.activation.v1.EpochMetrics;
import dev.connectome.protos.trainer.v1.ReportRequest;
import dev.connectome.protos.trainer.v1.ReportedActivations;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Optional;
import java.util.UUID;

/** A valid report of an epoch. */
public record EpochReport(UUID runUid, ReportRequest message) {

  /** What it says of the progress of its attempt. */
  public TrainingProgress progress() {
    TrainingProgress.Builder progress = message.getProgress().toBuilder();
    if (progress.getPhase() == TrainingPhase.TRAINING_PHASE_UNSPECIFIED) {
      progress.setPhase(TrainingPhase.TRAINING_PHASE_TRAINING);
    }
    return progress
        .setCompletedEpochs(message.getEpoch())
        .clearMetrics()
        .putAllMetrics(message.getMetricsMap())
        .build();
  }

  /** What goes to the broker; empty if it has neither activations nor metrics. */
  Optional<ActivationRecord> record() {
    if (message.hasActivations()) {
      return Optional.of(ActivationRecord.newBuilder().setBatch(batch()).build());
    }
    if (message.getMetricsCount() == 0) {
      return Optional.empty();
    }
    var metrics =
        EpochMetrics.newBuilder()
            .setRunUid(runUid.toString())
            .setAttempt(message.getAttempt())
            .setEpoch(message.getEpoch())
            .putAllMetrics(message.getMetricsMap());
    if (message.hasCapturedAt()) {
      metrics.setCapturedAt(message.getCapturedAt());
    }
    return Optional.of(ActivationRecord.newBuilder().setEpochMetrics(metrics).build());
  }

  private ActivationBatch batch() {
    ReportedActivations activations = message.getActivations();
    ByteString values = HalfPrecision.toFloat32(activations.getValues(), activations.getFormat());
    var batch =
        ActivationBatch.newBuilder()
            .setRunUid(runUid.toString())
            .setAttempt(message.getAttempt())
            .setEpoch(message.getEpoch())
            .setBatchIndex(activations.getFirstSample() / partSamples(activations))
            .setBatchCount(parts(activations))
            .setFirstSample(activations.getFirstSample())
            .setSampleCount(samples(activations))
            .setSnapshotSamples(activations.getSnapshotSamples())
            .setNeuronCount(activations.getNeuronCount())
            .addAllLayers(activations.getLayersList())
            .setValues(values)
            .putAllMetrics(message.getMetricsMap())
            .addAllPredictedClasses(activations.getPredictedClassesList());
    if (message.hasCapturedAt()) {
      batch.setCapturedAt(message.getCapturedAt());
    }
    return batch.build();
  }

  /** The record that says that an attempt reports nothing more. */
  static ActivationRecord end(UUID runUid, int attempt, int finalEpoch) {
    return ActivationRecord.newBuilder()
        .setEndOfAttempt(
            EndOfAttempt.newBuilder()
                .setRunUid(runUid.toString())
                .setAttempt(attempt)
                .setFinalEpoch(finalEpoch))
        .build();
  }

  /** The rows of every part but the last. */
  public static int partSamples(ReportedActivations activations) {
    return activations.getPartSamples() == 0
        ? activations.getSnapshotSamples()
        : activations.getPartSamples();
  }

  /** How many parts the snapshot has. */
  public static int parts(ReportedActivations activations) {
    return (activations.getSnapshotSamples() - 1) / partSamples(activations) + 1;
  }

  /** The rows of this part. */
  public static int samples(ReportedActivations activations) {
    return Math.min(
        partSamples(activations), activations.getSnapshotSamples() - activations.getFirstSample());
  }

  /** The bytes of the values of this part. */
  public static long valueBytes(ReportedActivations activations) {
    return (long) samples(activations)
        * activations.getNeuronCount()
        * HalfPrecision.bytes(activations.getFormat());
  }
}
