package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import dev.connectome.stopping.EpochObservation;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Signature records. */
public final class SignatureCodec {

  /** The names of all series that are computed from activations. */
  public static final Set<String> SERIES = series();

  private SignatureCodec() {}

  private static Set<String> series() {
    var all = SignatureDistances.newBuilder().setConnectome(0).build();
    var signals =
        SampleSignals.newBuilder()
            .setNeighbourAgreement(0)
            .setTreeAgreement(0)
            .setNeighbourTurnover(0)
            .setPredictedClassConcentration(0)
            .build();
    var record =
        SignatureRecord.newBuilder()
            .setSignature(
                TopologicalSignature.newBuilder()
                    .setPreviousEpoch(0)
                    .setFromPrevious(all)
                    .setFirstEpoch(0)
                    .setFromFirst(all)
                    .setSampleSignals(signals))
            .build();
    EpochObservation observation = observation(record);
    Set<String> names = new TreeSet<>(observation.distances().keySet());
    names.addAll(observation.values().keySet());
    return Collections.unmodifiableSet(names);
  }

  /**
   * What stopping rules see of a stored record.
   *
   * @throws IllegalStateException if it cannot be read
   */
  public static EpochObservation observation(byte[] stored) {
    try {
      return observation(SignatureRecord.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored signature cannot be read", e);
    }
  }

  /** The stored record, with its flag whether it arrived late. */
  public static SignatureRecord record(SignatureRow row) {
    try {
      return SignatureRecord.parseFrom(row.record()).toBuilder().setLate(row.late()).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored signature cannot be read", e);
    }
  }

  /** What stopping rules see of a record. */
  public static EpochObservation observation(SignatureRecord record) {
    Map<String, Double> distances = new HashMap<>();
    Map<String, Double> values = new HashMap<>(record.getMetricsMap());
    OptionalInt previous = OptionalInt.empty();
    if (record.hasSignature()) {
      TopologicalSignature signature = record.getSignature();
      values.put("birthMean", signature.getBirths().getMean());
      values.put("deathMean", signature.getDeaths().getMean());
      if (signature.hasPreviousEpoch()) {
        previous = OptionalInt.of(signature.getPreviousEpoch());
        put(distances, signature.getFromPrevious(), "");
      }
      put(distances, values, signature.getSampleSignals());
      if (signature.hasFirstEpoch()) {
        put(values, signature.getFromFirst(), "FromFirst");
      }
    }
    return new EpochObservation(
        record.getAttempt(), record.getEpoch(), previous, distances, values);
  }

  private static void put(
      Map<String, Double> distances, Map<String, Double> values, SampleSignals signals) {
    if (signals.hasNeighbourTurnover()) {
      distances.put(SampleSeries.NEIGHBOUR_TURNOVER, signals.getNeighbourTurnover());
    }
    if (signals.hasNeighbourAgreement()) {
      values.put(SampleSeries.NEIGHBOUR_DISAGREEMENT, 1 - signals.getNeighbourAgreement());
    }
    if (signals.hasTreeAgreement()) {
      values.put(SampleSeries.TREE_DISAGREEMENT, 1 - signals.getTreeAgreement());
    }
    if (signals.hasPredictedClassConcentration()) {
      values.put(
          SampleSeries.PREDICTED_CLASS_CONCENTRATION, signals.getPredictedClassConcentration());
    }
  }

  private static void put(Map<String, Double> series, SignatureDistances from, String suffix) {
    series.put("deathDistance" + suffix, from.getDeath());
    series.put("birthDistance" + suffix, from.getBirth());
    series.put("topologicalDistance" + suffix, from.getTopological());
    if (suffix.isEmpty()) {
      series.put("deathDistanceRms", from.getDeathRms());
      series.put("birthDistanceRms", from.getBirthRms());
      series.put("topologicalDistanceRms", from.getTopologicalRms());
      if (from.hasConnectome()) {
        series.put("connectomeDistance", from.getConnectome());
      }
    }
  }
}
