package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import dev.connectome.stopping.EpochObservation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Signature records. */
public final class SignatureCodec {

  private SignatureCodec() {}

  /** What stopping rules see of stored records. */
  public static List<EpochObservation> observations(List<SignatureRow> rows) {
    return rows.stream().map(row -> observation(record(row))).toList();
  }

  /** The stored record, with its flag whether it arrived late. */
  public static SignatureRecord record(SignatureRow row) {
    try {
      return SignatureRecord.parseFrom(row.record()).toBuilder().setLate(row.late()).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a stored signature cannot be read", e);
    }
  }

  private static EpochObservation observation(SignatureRecord record) {
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
