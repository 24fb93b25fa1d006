package dev.connectome.experiments.recording;

import dev.connectome.cli.report.Display;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns what the platform stored of a run into a recorded run. */
final class Recorder {
  /** More digits than any rule needs, fewer than a double has. */
  private static final MathContext DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

  private static final List<String> METRICS =
      List.of(
          "trainLoss", "changedPredictions", RecordedRun.ACCURACY, RecordedRun.AVERAGED_ACCURACY);

  private static final List<String> METRICS_HELD_OUT =
      List.of(
          "validationLoss",
          "averagedValidationLoss",
          RecordedRun.ACCURACY,
          RecordedRun.AVERAGED_ACCURACY);

  private Recorder() {}

  /** Records a completed training from its run and its signatures, one per epoch. */
  static RecordedRun record(Trial trial, TrainingRun run, List<SignatureRecord> latest) {
    Map<String, @Nullable Double[]> series = new LinkedHashMap<>();
    for (SignatureRecord record : latest) {
      int epoch = record.getEpoch();
      for (String metric : trial.heldOut() ? METRICS_HELD_OUT : METRICS) {
        put(series, trial.epochs(), metric, epoch, record.getMetricsMap().get(metric));
      }
      if (!trial.heldOut()) {
        signals(record).forEach((name, value) -> put(series, trial.epochs(), name, epoch, value));
      }
    }
    Map<String, List<@Nullable Double>> lists = new LinkedHashMap<>();
    series.forEach((name, values) -> lists.put(name, Arrays.asList(values)));
    Map<String, RecordedRun.@Nullable Decision> decisions = new TreeMap<>();
    run.getShadowPoliciesList().forEach(policy -> decisions.put(policy.getPolicyId(), null));
    run.getShadowDecisionsList()
        .forEach(decision -> decisions.put(decision.getPolicyId(), decision(decision)));
    Map<String, Integer> stages = new LinkedHashMap<>();
    run.getStageTransitionsList()
        .forEach(
            transition -> stages.put(Display.stage(transition.getStage()), transition.getEpoch()));
    return new RecordedRun(
        trial.setting().id(),
        trial.seed(),
        trial.heldOut(),
        run.getOutcome().getFinalEpoch(),
        rounded(
            run.getOutcome().getTrainingTime().getSeconds()
                + run.getOutcome().getTrainingTime().getNanos() / 1e9),
        lists,
        decisions,
        stages,
        trial.definition(),
        trial.updatesPerEpoch(),
        trial.warmUpEpochs());
  }

  /** The series of a signature, named as the controller names them. */
  private static Map<String, Double> signals(SignatureRecord record) {
    TopologicalSignature signature = record.getSignature();
    SampleSignals samples = signature.getSampleSignals();
    Map<String, Double> signals = new LinkedHashMap<>();
    if (followsItsPredecessor(record)) {
      SignatureDistances from = signature.getFromPrevious();
      signals.put("deathDistance", from.getDeath());
      signals.put("birthDistance", from.getBirth());
      signals.put("topologicalDistance", from.getTopological());
      signals.put("connectomeDistance", from.getConnectome());
      if (samples.hasNeighbourTurnover()) {
        signals.put("neighbourTurnover", samples.getNeighbourTurnover());
      }
    }
    if (samples.hasNeighbourAgreement()) {
      signals.put("neighbourDisagreement", 1 - samples.getNeighbourAgreement());
    }
    if (samples.hasTreeAgreement()) {
      signals.put("treeDisagreement", 1 - samples.getTreeAgreement());
    }
    if (samples.hasPredictedClassConcentration()) {
      signals.put("predictedClassConcentration", samples.getPredictedClassConcentration());
    }
    return signals;
  }

  /** A distance across a gap does not belong to a series. */
  private static boolean followsItsPredecessor(SignatureRecord record) {
    return record.getSignature().hasFromPrevious()
        && record.getSignature().getPreviousEpoch() == record.getEpoch() - 1;
  }

  private static RecordedRun.Decision decision(StoppingDecision decision) {
    return new RecordedRun.Decision(
        decision.getStopEpoch(),
        decision.hasRestoreEpoch() ? decision.getRestoreEpoch() : decision.getStopEpoch());
  }

  private static void put(
      Map<String, @Nullable Double[]> series,
      int epochs,
      String name,
      int epoch,
      @Nullable Double value) {
    if (value != null && Double.isFinite(value)) {
      series.computeIfAbsent(name, missing -> new Double[epochs])[epoch - 1] = rounded(value);
    }
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
