package dev.connectome.signature.codec;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SetLevels;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.SnapshotFailureReason;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import dev.connectome.signature.assembly.FailureReason;
import dev.connectome.signature.assembly.SnapshotFailure;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.compute.Comparison;
import dev.connectome.signature.compute.SnapshotSignature;
import dev.connectome.topology.SignatureLevels;
import java.time.Instant;
import java.util.UUID;

/** Encodes the records of the signatures topic. */
public final class SignatureEncoder {

  private SignatureEncoder() {}

  /** The record of a snapshot with a signature. */
  public static byte[] encode(
      UUID runUid,
      int attempt,
      int epoch,
      SnapshotMetadata metadata,
      SnapshotSignature signature,
      Instant now) {
    return begin(runUid, attempt, epoch, metadata, now)
        .setSignature(signatureOf(signature))
        .build()
        .toByteArray();
  }

  /** The record of a snapshot without a signature. */
  public static byte[] encode(UUID runUid, SnapshotFailure failure, Instant now) {
    return begin(runUid, failure.attempt(), failure.epoch(), failure.metadata(), now)
        .setFailure(
            dev.connectome.protos.signature.v1.SnapshotFailure.newBuilder()
                .setReason(reasonOf(failure.reason()))
                .setMessage(failure.message()))
        .build()
        .toByteArray();
  }

  private static SignatureRecord.Builder begin(
      UUID runUid, int attempt, int epoch, SnapshotMetadata metadata, Instant now) {
    SignatureRecord.Builder record =
        SignatureRecord.newBuilder()
            .setRunUid(runUid.toString())
            .setAttempt(attempt)
            .setEpoch(epoch)
            .putAllMetrics(metadata.metrics())
            .setComputedAt(timestampOf(now));
    if (metadata.capturedAt() != null) {
      record.setCapturedAt(timestampOf(metadata.capturedAt()));
    }
    return record;
  }

  private static TopologicalSignature signatureOf(SnapshotSignature signature) {
    TopologicalSignature.Builder message =
        TopologicalSignature.newBuilder()
            .setNeuronCount(signature.neurons())
            .setSampleCount(signature.samples())
            .setBirthCount(signature.birthCount())
            .setDeathCount(signature.deathCount())
            .setBirths(levelsOf(signature.births()))
            .setDeaths(levelsOf(signature.deaths()))
            .setComputeTime(
                Duration.newBuilder()
                    .setSeconds(signature.computeTime().getSeconds())
                    .setNanos(signature.computeTime().getNano()));
    signature
        .fromPrevious()
        .ifPresent(
            previous ->
                message.setPreviousEpoch(previous.epoch()).setFromPrevious(distancesOf(previous)));
    signature
        .fromFirst()
        .ifPresent(first -> message.setFirstEpoch(first.epoch()).setFromFirst(distancesOf(first)));
    SampleSignals signals = signalsOf(signature.sampleSignals());
    if (!signals.equals(SampleSignals.getDefaultInstance())) {
      message.setSampleSignals(signals);
    }
    return message.build();
  }

  private static SampleSignals signalsOf(dev.connectome.signature.compute.SampleSignals computed) {
    SampleSignals.Builder signals = SampleSignals.newBuilder();
    computed.neighbourAgreement().ifPresent(signals::setNeighbourAgreement);
    computed.treeAgreement().ifPresent(signals::setTreeAgreement);
    computed.neighbourTurnover().ifPresent(signals::setNeighbourTurnover);
    computed.predictedClassConcentration().ifPresent(signals::setPredictedClassConcentration);
    return signals.build();
  }

  private static SignatureDistances distancesOf(Comparison comparison) {
    SignatureDistances.Builder distances =
        SignatureDistances.newBuilder()
            .setBirth(comparison.sets().birth())
            .setDeath(comparison.sets().death())
            .setTopological(comparison.sets().topological())
            .setBirthRms(comparison.sets().birthRms())
            .setDeathRms(comparison.sets().deathRms())
            .setTopologicalRms(comparison.sets().topologicalRms())
            .setByQuantiles(comparison.sets().byQuantiles());
    comparison.connectome().ifPresent(distances::setConnectome);
    return distances.build();
  }

  private static SetLevels levelsOf(SignatureLevels levels) {
    SetLevels.Builder message =
        SetLevels.newBuilder()
            .setMean(levels.mean())
            .setStandardDeviation(levels.standardDeviation());
    for (float quantile : levels.quantiles()) {
      message.addQuantiles(quantile);
    }
    return message.build();
  }

  private static SnapshotFailureReason reasonOf(FailureReason reason) {
    return switch (reason) {
      case INCOMPLETE -> SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCOMPLETE;
      case NON_FINITE_ACTIVATIONS ->
          SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_NON_FINITE_ACTIVATIONS;
      case INCONSISTENT_SHAPE -> SnapshotFailureReason.SNAPSHOT_FAILURE_REASON_INCONSISTENT_SHAPE;
    };
  }

  private static Timestamp timestampOf(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
