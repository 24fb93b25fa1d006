package dev.connectome.cli.runs;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import dev.connectome.client.RunNames;
import dev.connectome.client.policy.PolicyFormat;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Answers of the controller as lines for people. */
final class RunTables {
  private RunTables() {}

  static List<String> runs(List<TrainingRun> runs) {
    Table table = new Table("NAME", "STATE", "EPOCH", "LOSS", "STAGE", "CREATED");
    for (TrainingRun run : runs) {
      table.row(
          RunNames.id(run),
          Display.name(run.getState()),
          epochs(run),
          metric(run.getProgress().getMetricsMap(), "trainLoss"),
          Display.stage(run.getStage()),
          time(run.getCreateTime()));
    }
    return table.lines();
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

  static List<String> events(List<RunEvent> events) {
    Table table = new Table("POSITION", "TIME", "KIND", "ACTOR", "STATE", "MESSAGE");
    for (RunEvent event : events) {
      table.row(
          Long.toString(event.getPosition()),
          time(event.getEventTime()),
          event.getKind(),
          event.getActor(),
          Display.name(event.getState()),
          event.getMessage());
    }
    return table.lines();
  }

  static List<String> signatures(List<SignatureRecord> signatures) {
    Table table =
        new Table(
            "ATTEMPT",
            "EPOCH",
            "LOSS",
            "DEATH",
            "BIRTH",
            "CONNECTOME",
            "DISAGREEMENT",
            "TREE",
            "TURNOVER",
            "CONCENTRATION",
            "LATE",
            "FAILURE");
    for (SignatureRecord signature : signatures) {
      TopologicalSignature values = signature.getSignature();
      boolean distances = values.hasFromPrevious();
      SampleSignals signals = values.getSampleSignals();
      boolean control = values.getFromPrevious().hasConnectome();
      table.row(
          Integer.toString(signature.getAttempt()),
          Integer.toString(signature.getEpoch()),
          metric(signature.getMetricsMap(), "trainLoss"),
          distances ? Display.number(values.getFromPrevious().getDeath()) : "-",
          distances ? Display.number(values.getFromPrevious().getBirth()) : "-",
          control ? Display.number(values.getFromPrevious().getConnectome()) : "-",
          signals.hasNeighbourAgreement()
              ? Display.number(1 - signals.getNeighbourAgreement())
              : "-",
          signals.hasTreeAgreement() ? Display.number(1 - signals.getTreeAgreement()) : "-",
          signals.hasNeighbourTurnover() ? Display.number(signals.getNeighbourTurnover()) : "-",
          signals.hasPredictedClassConcentration()
              ? Display.number(signals.getPredictedClassConcentration())
              : "-",
          signature.getLate() ? "late" : "",
          signature.hasFailure() ? signature.getFailure().getMessage() : "");
    }
    return table.lines();
  }

  static List<String> stopped(List<StoppedRun> runs, boolean dryRun) {
    if (runs.isEmpty()) {
      return List.of("no live run matches the selection");
    }
    Table table = new Table("NAME", "WAS", dryRun ? "WOULD BE STOPPED" : "IS");
    for (StoppedRun run : runs) {
      table.row(
          RunNames.id(run.getName()),
          Display.name(run.getFromState()),
          dryRun ? "yes" : Display.name(run.getState()));
    }
    return table.lines();
  }

  static List<String> replays(List<RunReplay> replays) {
    if (replays.isEmpty()) {
      return List.of("no run matches the selection");
    }
    Table table =
        new Table("NAME", "STATE", "EPOCHS", "RECORDED STOP", "REPLAYED STOP", "SAVED", "ACCURACY");
    for (RunReplay run : replays) {
      ReplayPolicyResponse replay = run.getReplay();
      table.row(
          RunNames.id(run.getName()),
          Display.name(run.getState()),
          Integer.toString(replay.getLastEpoch()),
          stopEpoch(replay.hasRecordedDecision(), replay.getRecordedDecision()),
          stopEpoch(replay.hasDecision(), replay.getDecision()),
          Integer.toString(replay.getEpochsSaved()),
          replay.hasAccuracyDifference()
              ? String.format(Locale.ROOT, "%+.4f", replay.getAccuracyDifference())
              : "-");
    }
    return table.lines();
  }

  static List<String> enforcementChanges(List<Enforcement> changes) {
    Table table = new Table("TIME", "ENFORCEMENT", "BY", "REASON");
    for (Enforcement change : changes) {
      table.row(
          time(change.getUpdateTime()),
          change.getSuspended() ? "off" : "on",
          change.getActor(),
          change.getReason());
    }
    return table.lines();
  }

  private static String stopEpoch(boolean stopped, StoppingDecision decision) {
    return stopped ? Integer.toString(decision.getStopEpoch()) : "-";
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
