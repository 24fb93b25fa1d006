package dev.connectome.benchmarks.pipeline;

import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SetLevels;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.ConnectomeDistance;
import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.PearsonCorrelation;
import dev.connectome.topology.SampleGraph;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureLevels;
import dev.connectome.topology.SignatureWorkspace;
import dev.connectome.topology.TopologicalSignature;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares signature records, bit by bit, with what the topology library computes from the same
 * activations: every field but the time it took.
 */
final class LibraryCheck {
  private static final int NEIGHBOURS = 10;
  private static final int MAX_COMPARED_SAMPLES = 10_000;

  private final PipelinePlan plan;
  private final Activations activations;

  LibraryCheck(PipelinePlan plan, Activations activations) {
    this.plan = plan;
    this.activations = activations;
  }

  /** Checks the records of a run of which {@code epochs} epochs were published. */
  Findings check(
      SyntheticRun run, int epochs, Map<SnapshotId, SignatureCollector.Arrival> records) {
    int missing = 0;
    List<String> mismatches = new ArrayList<>();
    try (SignatureWorkspace workspace = new SignatureWorkspace()) {
      Computed first = null;
      Computed previous = null;
      for (int epoch = 1; epoch <= epochs; epoch++) {
        Computed now = compute(run, epoch, workspace);
        SignatureCollector.Arrival arrival = records.get(SnapshotId.of(run, epoch));
        if (arrival == null) {
          missing++;
        } else if (!matches(arrival.record(), expected(now, previous, first))) {
          mismatches.add(
              "run %s epoch %d: the service published%n%s"
                  .formatted(run.uid(), epoch, arrival.record()));
        }
        if (previous != null && previous != first) {
          previous.close();
        }
        previous = now;
        first = first == null ? now : first;
      }
    }
    return new Findings(missing, mismatches);
  }

  private Computed compute(SyntheticRun run, int epoch, SignatureWorkspace workspace) {
    try (ActivationMatrix matrix = ActivationMatrix.allocate(plan.samples(), plan.neurons())) {
      matrix.putRows(0, plan.samples(), ByteBuffer.wrap(activations.of(run, epoch)));
      FunctionalConnectome connectome = PearsonCorrelation.connectome(matrix, workspace);
      return new Computed(
          epoch,
          connectome,
          TopologicalSignature.of(connectome, workspace),
          plan.samples() > NEIGHBOURS && plan.samples() <= MAX_COMPARED_SAMPLES
              ? SampleGraph.of(matrix, 0, plan.neurons(), workspace).neighbours(NEIGHBOURS)
              : null);
    }
  }

  private static boolean matches(
      SignatureRecord record, dev.connectome.protos.signature.v1.TopologicalSignature expected) {
    return record.getAttempt() == SnapshotRecords.ATTEMPT
        && record.getMetricsMap().equals(Map.of("trainLoss", 1.0 / record.getEpoch()))
        && record.getSignature().toBuilder().clearComputeTime().build().equals(expected);
  }

  private dev.connectome.protos.signature.v1.TopologicalSignature expected(
      Computed now, @Nullable Computed previous, @Nullable Computed first) {
    var signature =
        dev.connectome.protos.signature.v1.TopologicalSignature.newBuilder()
            .setNeuronCount(plan.neurons())
            .setSampleCount(plan.samples())
            .setBirthCount(now.sets().birthCount())
            .setDeathCount(now.sets().deathCount())
            .setBirths(levels(now.sets().birthLevels()))
            .setDeaths(levels(now.sets().deathLevels()));
    if (previous != null) {
      signature.setPreviousEpoch(previous.epoch()).setFromPrevious(distances(now, previous));
      if (now.neighbours() != null && previous.neighbours() != null) {
        SampleSignals.Builder signals = SampleSignals.newBuilder();
        now.neighbours()
            .turnoverSince(previous.neighbours())
            .ifPresent(signals::setNeighbourTurnover);
        signature.setSampleSignals(signals);
      }
    }
    if (first != null) {
      signature.setFirstEpoch(first.epoch()).setFromFirst(distances(now, first));
    }
    return signature.build();
  }

  private static SetLevels levels(SignatureLevels levels) {
    SetLevels.Builder message =
        SetLevels.newBuilder()
            .setMean(levels.mean())
            .setStandardDeviation(levels.standardDeviation());
    for (float quantile : levels.quantiles()) {
      message.addQuantiles(quantile);
    }
    return message.build();
  }

  private static SignatureDistances distances(Computed newer, Computed older) {
    SignatureDistance sets = SignatureDistance.between(newer.sets(), older.sets());
    return SignatureDistances.newBuilder()
        .setBirth(sets.birth())
        .setDeath(sets.death())
        .setTopological(sets.topological())
        .setBirthRms(sets.birthRms())
        .setDeathRms(sets.deathRms())
        .setTopologicalRms(sets.topologicalRms())
        .setByQuantiles(sets.byQuantiles())
        .setConnectome(ConnectomeDistance.between(newer.connectome(), older.connectome()))
        .build();
  }

  /** Snapshots without a record, and one message per record that differs from the library. */
  record Findings(int missing, List<String> mismatches) {}

  private record Computed(
      int epoch,
      FunctionalConnectome connectome,
      TopologicalSignature sets,
      @Nullable NeighbourTable neighbours) {
    void close() {
      sets.close();
      connectome.close();
    }
  }
}
