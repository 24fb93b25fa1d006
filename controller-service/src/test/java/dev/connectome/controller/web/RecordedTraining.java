package dev.connectome.controller.web;

import dev.connectome.protos.signature.v1.SetLevels;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was measured of 60 epochs of a multilayer perceptron (128 and 64 hidden neurons) that learnt
 * the embedded digits.
 */
final class RecordedTraining {

  static final int EPOCHS = 60;
  private static final int QUANTILE_STEPS = 64;
  private static final List<String> METRICS =
      List.of("trainLoss", "trainAccuracy", "testLoss", "testAccuracy");

  private final List<String> columns;
  private final List<String[]> rows;

  RecordedTraining() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    RecordedTraining.class.getResourceAsStream("/web/recorded-training.csv")),
                StandardCharsets.UTF_8))) {
      columns = Arrays.asList(reader.readLine().split(",", -1));
      rows = reader.lines().map(line -> line.split(",", -1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The trainer's metrics of an epoch. */
  Map<String, Double> metrics(int epoch) {
    Map<String, Double> metrics = new HashMap<>();
    METRICS.forEach(name -> metrics.put(name, value(epoch, name)));
    return metrics;
  }

  /** The record of an epoch of a run, with every distance multiplied. */
  SignatureRecord signature(String runUid, int epoch, double factor) {
    var signature =
        TopologicalSignature.newBuilder()
            .setNeuronCount(192)
            .setSampleCount(1_000)
            .setBirths(levels(value(epoch, "birthMean")))
            .setDeaths(levels(value(epoch, "deathMean")));
    if (epoch > 1) {
      signature
          .setPreviousEpoch(epoch - 1)
          .setFromPrevious(
              SignatureDistances.newBuilder()
                  .setBirth(factor * value(epoch, "birth"))
                  .setDeath(factor * value(epoch, "death"))
                  .setTopological(factor * value(epoch, "topological"))
                  .setConnectome(factor * value(epoch, "connectome")));
    }
    return SignatureRecord.newBuilder()
        .setRunUid(runUid)
        .setAttempt(1)
        .setEpoch(epoch)
        .setSignature(signature)
        .putAllMetrics(metrics(epoch))
        .build();
  }

  /** Levels of a recorded mean; what was not recorded, the quantiles, rises evenly. */
  private static SetLevels levels(double mean) {
    var levels = SetLevels.newBuilder().setMean(mean);
    for (int i = 0; i <= QUANTILE_STEPS; i++) {
      levels.addQuantiles((float) Math.min(1, 2 * mean * i / QUANTILE_STEPS));
    }
    return levels.build();
  }

  private double value(int epoch, String column) {
    return Double.parseDouble(rows.get(epoch - 1)[columns.indexOf(column)]);
  }
}
