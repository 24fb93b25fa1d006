package dev.connectome.cli.runs;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.connectome.cli.report.Columns;
import dev.connectome.cli.report.Display;
import dev.connectome.client.RunNames;
import dev.connectome.client.policy.PolicyFormat;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers of the controller as lines for people. */
final class RunTables {
  private RunTables() {}

  static final Columns<TrainingRun> RUNS =
      new Columns<TrainingRun>()
          .add("NAME", RunNames::id)
          .add("STATE", run -> Display.name(run.getState()))
          .add("EPOCH", run -> run.getProgress().getCompletedEpochs())
          .add("BUDGET", run -> run.getSpec().getEpochs())
          .add("LOSS", run -> run.getProgress().getMetricsMap().get("trainLoss"))
          .add("STAGE", run -> Display.stage(run.getStage()))
          .add("CREATED", run -> time(run.getCreateTime()))
          .wide("DECIDED", run -> run.hasDecision() ? run.getDecision().getStopEpoch() : null)
          .wide("BY", run -> run.hasDecision() ? run.getDecision().getPolicyId() : null)
          .wide("KEPT", RunTables::keptEpoch)
          .wide("TEST ACCURACY", run -> run.getOutcome().getMetricsMap().get("testAccuracy"))
          .wide("ATTEMPT", TrainingRun::getAttempt)
          .wide("LAUNCHER", run -> Display.name(run.getLauncher()))
          .wide("LABELS", RunTables::labels)
          .wide("ENDED", run -> time(run.getEndTime()))
          .wide("UID", TrainingRun::getUid);

  static final Columns<RunEvent> EVENTS =
      new Columns<RunEvent>()
          .add("POSITION", RunEvent::getPosition)
          .add("TIME", event -> time(event.getEventTime()))
          .add("KIND", RunEvent::getKind)
          .add("ACTOR", RunEvent::getActor)
          .add("STATE", event -> Display.name(event.getState()))
          .wide("ATTEMPT", event -> event.getAttempt() == 0 ? null : event.getAttempt())
          .add("MESSAGE", RunEvent::getMessage);

  static final Columns<SignatureRecord> SIGNATURES =
      new Columns<SignatureRecord>()
          .add("ATTEMPT", SignatureRecord::getAttempt)
          .add("EPOCH", SignatureRecord::getEpoch)
          .add("LOSS", record -> record.getMetricsMap().get("trainLoss"))
          .add("DEATH", distance(SignatureDistances::getDeath))
          .add("BIRTH", distance(SignatureDistances::getBirth))
          .wide("TOPOLOGICAL", distance(SignatureDistances::getTopological))
          .add("CONNECTOME", distance(from -> from.hasConnectome() ? from.getConnectome() : null))
          .add(
              "DISAGREEMENT",
              signal(of -> of.hasNeighbourAgreement() ? 1 - of.getNeighbourAgreement() : null))
          .add("TREE", signal(of -> of.hasTreeAgreement() ? 1 - of.getTreeAgreement() : null))
          .add(
              "TURNOVER",
              signal(of -> of.hasNeighbourTurnover() ? of.getNeighbourTurnover() : null))
          .add(
              "CONCENTRATION",
              signal(
                  of ->
                      of.hasPredictedClassConcentration()
                          ? of.getPredictedClassConcentration()
                          : null))
          .wide("NEURONS", record -> record.getSignature().getNeuronCount())
          .add("LATE", record -> record.getLate() ? "late" : "")
          .add("FAILURE", record -> record.getFailure().getMessage());

  static final Columns<RunReplay> REPLAYS =
      new Columns<RunReplay>()
          .add("NAME", run -> RunNames.id(run.getName()))
          .add("STATE", run -> Display.name(run.getState()))
          .add("EPOCHS", run -> run.getReplay().getLastEpoch())
          .add(
              "RECORDED STOP",
              run ->
                  stopEpoch(
                      run.getReplay().hasRecordedDecision(), run.getReplay().getRecordedDecision()))
          .add(
              "REPLAYED STOP",
              run ->
                  run.getReplay().getMissingSeriesCount() > 0
                      ? "no " + String.join(", ", run.getReplay().getMissingSeriesList())
                      : stopEpoch(run.getReplay().hasDecision(), run.getReplay().getDecision()))
          .add("SAVED", run -> run.getReplay().getEpochsSaved())
          .add("ACCURACY", RunTables::accuracyDifference);

  static final Columns<Enforcement> ENFORCEMENT_CHANGES =
      new Columns<Enforcement>()
          .add("TIME", change -> time(change.getUpdateTime()))
          .add("ENFORCEMENT", change -> change.getSuspended() ? "off" : "on")
          .add("BY", Enforcement::getActor)
          .add("REASON", Enforcement::getReason);

  static Columns<StoppedRun> stopped(boolean dryRun) {
    return new Columns<StoppedRun>()
        .add("NAME", run -> RunNames.id(run.getName()))
        .add("WAS", run -> Display.name(run.getFromState()))
        .add(
            dryRun ? "WOULD BE STOPPED" : "IS",
            run -> dryRun ? "yes" : Display.name(run.getState()));
  }

  private static Function<SignatureRecord, @Nullable Double> distance(
      Function<SignatureDistances, @Nullable Double> value) {
    return record ->
        record.getSignature().hasFromPrevious()
            ? value.apply(record.getSignature().getFromPrevious())
            : null;
  }

  private static Function<SignatureRecord, @Nullable Double> signal(
      Function<SampleSignals, @Nullable Double> value) {
    return record -> value.apply(record.getSignature().getSampleSignals());
  }

  private static @Nullable Integer stopEpoch(boolean stopped, StoppingDecision decision) {
    return stopped ? decision.getStopEpoch() : null;
  }

  private static @Nullable String accuracyDifference(RunReplay run) {
    return run.getReplay().hasAccuracyDifference()
        ? String.format(Locale.ROOT, "%+.4f", run.getReplay().getAccuracyDifference())
        : null;
  }

  private static @Nullable Integer keptEpoch(TrainingRun run) {
    return run.getOutcome().hasRestoredEpoch() ? run.getOutcome().getRestoredEpoch() : null;
  }

  private static String labels(TrainingRun run) {
    return run.getLabelsMap().entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .sorted()
        .collect(Collectors.joining(","));
  }

  static List<String> run(TrainingRun run) {
    List<String> lines = new ArrayList<>();
    lines.add("name:      " + RunNames.id(run));
    lines.add("uid:       " + run.getUid());
    lines.add("state:     " + Display.name(run.getState()) + stateMessage(run));
    lines.add("epoch:     " + epochs(run));
    lines.add("attempt:   " + run.getAttempt());
    String stage = Display.stage(run.getStage());
    lines.add("stage:     " + (stage.isEmpty() ? "-" : stage));
    lines.add("created:   " + time(run.getCreateTime()));
    lines.add("policy:    " + PolicyFormat.format(run.getPolicy()));
    for (StoppingPolicy shadow : run.getShadowPoliciesList()) {
      lines.add("watching:  " + PolicyFormat.format(shadow));
    }
    run.getPolicyHoldsList().forEach(hold -> lines.add("waiting:   " + hold(hold)));
    if (run.hasDecision()) {
      lines.add("decision:  " + decision(run.getDecision()));
    }
    for (StoppingDecision shadow : run.getShadowDecisionsList()) {
      lines.add("shadow:    " + decision(shadow));
    }
    if (run.getOutcome().hasRestoredEpoch()) {
      lines.add("kept:      " + kept(run.getOutcome()));
    }
    if (!run.getOutcome().getCheckpointUri().isEmpty()) {
      lines.add("checkpoint: " + run.getOutcome().getCheckpointUri());
    }
    Map<String, Double> metrics =
        run.hasOutcome() ? run.getOutcome().getMetricsMap() : run.getProgress().getMetricsMap();
    metrics.forEach((name, value) -> lines.add("metric:    " + name + " " + Display.number(value)));
    return lines;
  }

  /** Of an average, the accuracy stands beside that of the weights that were averaged. */
  private static String kept(TrainingOutcome outcome) {
    String weights =
        switch (outcome.getKeptWeights()) {
          case KEPT_WEIGHTS_AVERAGE -> "average of the weights at epoch ";
          case KEPT_WEIGHTS_BEST -> "weights of the best epoch, ";
          case KEPT_WEIGHTS_EPOCH, KEPT_WEIGHTS_UNSPECIFIED, UNRECOGNIZED -> "weights of epoch ";
        };
    Map<String, Double> metrics = outcome.getMetricsMap();
    String accuracy =
        metrics.containsKey("testAccuracy")
            ? ", test accuracy " + metric(metrics, "testAccuracy")
            : "";
    String own =
        metrics.containsKey("epochTestAccuracy")
            ? "; of the epoch's own weights " + metric(metrics, "epochTestAccuracy")
            : "";
    return weights + outcome.getRestoredEpoch() + accuracy + own;
  }

  static String hold(PolicyHold hold) {
    return "policy %s does not stop the run yet: %s"
        .formatted(hold.getPolicyId(), hold.getMessage());
  }

  static String decision(StoppingDecision decision) {
    return "%s at epoch %d (%s): %s"
        .formatted(
            decision.getPolicyId(),
            decision.getStopEpoch(),
            Display.name(decision.getReason()),
            decision.getMessage());
  }

  private static String epochs(TrainingRun run) {
    return run.getProgress().getCompletedEpochs() + "/" + run.getSpec().getEpochs();
  }

  private static String stateMessage(TrainingRun run) {
    return run.getStateMessage().isEmpty() ? "" : " (" + run.getStateMessage() + ")";
  }

  private static String metric(Map<String, Double> metrics, String name) {
    return Display.number(metrics.get(name));
  }

  static String time(Timestamp time) {
    return time.equals(Timestamp.getDefaultInstance()) ? "-" : Timestamps.toString(time);
  }
}
