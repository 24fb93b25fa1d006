package dev.connectome.cli.runs;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Answers of the controller as tables for people. */
final class RunTables {
  private RunTables() {}

  static List<String> runs(ListTrainingRunsResponse answer) {
    Table table = new Table("NAME", "STATE", "EPOCH", "LOSS", "STAGE", "CREATED");
    for (TrainingRun run : answer.getTrainingRunsList()) {
      table.row(
          RunNames.shortName(run),
          Display.of(run.getState()),
          epochs(run),
          metric(run.getProgress().getMetricsMap(), "trainLoss"),
          Display.of(run.getStage()),
          time(run.getCreateTime()));
    }
    return table.lines();
  }

  static List<String> run(TrainingRun run) {
    List<String> lines = new ArrayList<>();
    lines.add("name:      " + RunNames.shortName(run));
    lines.add("uid:       " + run.getUid());
    lines.add("state:     " + Display.of(run.getState()) + message(run));
    lines.add("epoch:     " + epochs(run));
    lines.add("attempt:   " + run.getAttempt());
    String stage = Display.of(run.getStage());
    lines.add("stage:     " + (stage.isEmpty() ? "-" : stage));
    lines.add("created:   " + time(run.getCreateTime()));
    if (run.hasDecision()) {
      lines.add("decision:  " + decision(run.getDecision()));
    }
    for (StoppingDecision shadow : run.getShadowDecisionsList()) {
      lines.add("shadow:    " + decision(shadow));
    }
    if (!run.getOutcome().getCheckpointUri().isEmpty()) {
      lines.add("checkpoint: " + run.getOutcome().getCheckpointUri());
    }
    Map<String, Double> metrics =
        run.hasOutcome() ? run.getOutcome().getMetricsMap() : run.getProgress().getMetricsMap();
    metrics.forEach((name, value) -> lines.add("metric:    " + name + " " + Display.number(value)));
    return lines;
  }

  static String decision(StoppingDecision decision) {
    return decision.getPolicyId()
        + " at epoch "
        + decision.getStopEpoch()
        + " ("
        + Display.of(decision.getReason())
        + "): "
        + decision.getMessage();
  }

  static List<String> events(ListRunEventsResponse answer) {
    Table table = new Table("POSITION", "TIME", "KIND", "ACTOR", "STATE", "MESSAGE");
    answer
        .getEventsList()
        .forEach(
            event ->
                table.row(
                    Long.toString(event.getPosition()),
                    time(event.getEventTime()),
                    event.getKind(),
                    event.getActor(),
                    Display.of(event.getState()),
                    event.getMessage()));
    return table.lines();
  }

  static List<String> signatures(ListSignaturesResponse answer) {
    Table table =
        new Table("ATTEMPT", "EPOCH", "LOSS", "DEATH", "BIRTH", "CONNECTOME", "LATE", "FAILURE");
    for (SignatureRecord signature : answer.getSignaturesList()) {
      TopologicalSignature values = signature.getSignature();
      boolean distances = values.hasFromPrevious();
      boolean control = values.getFromPrevious().hasConnectome();
      table.row(
          Integer.toString(signature.getAttempt()),
          Integer.toString(signature.getEpoch()),
          metric(signature.getMetricsMap(), "trainLoss"),
          distances ? Display.number(values.getFromPrevious().getDeath()) : "-",
          distances ? Display.number(values.getFromPrevious().getBirth()) : "-",
          control ? Display.number(values.getFromPrevious().getConnectome()) : "-",
          signature.getLate() ? "late" : "",
          signature.hasFailure() ? signature.getFailure().getMessage() : "");
    }
    return table.lines();
  }

  static List<String> stopped(BatchStopTrainingRunsResponse answer, boolean dryRun) {
    if (answer.getRunsCount() == 0) {
      return List.of("no live run is selected");
    }
    Table table = new Table("NAME", "WAS", dryRun ? "WOULD BE STOPPED" : "IS");
    for (StoppedRun run : answer.getRunsList()) {
      table.row(
          RunNames.shortName(run.getName()),
          Display.of(run.getFromState()),
          dryRun ? "yes" : Display.of(run.getState()));
    }
    return table.lines();
  }

  static List<String> replays(BatchReplayPolicyResponse answer) {
    if (answer.getReplaysCount() == 0) {
      return List.of("no run is selected");
    }
    Table table =
        new Table("NAME", "STATE", "EPOCHS", "RECORDED STOP", "REPLAYED STOP", "SAVED", "ACCURACY");
    for (RunReplay run : answer.getReplaysList()) {
      ReplayPolicyResponse replay = run.getReplay();
      table.row(
          RunNames.shortName(run.getName()),
          Display.of(run.getState()),
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

  static List<String> enforcementChanges(ListEnforcementChangesResponse answer) {
    Table table = new Table("TIME", "ENFORCEMENT", "BY", "REASON");
    answer
        .getChangesList()
        .forEach(
            change ->
                table.row(
                    time(change.getUpdateTime()),
                    change.getSuspended() ? "off" : "on",
                    change.getActor(),
                    change.getReason()));
    return table.lines();
  }

  private static String stopEpoch(boolean stopped, StoppingDecision decision) {
    return stopped ? Integer.toString(decision.getStopEpoch()) : "-";
  }

  static String epochs(TrainingRun run) {
    return run.getProgress().getCompletedEpochs() + "/" + run.getSpec().getEpochs();
  }

  private static String message(TrainingRun run) {
    return run.getStateMessage().isEmpty() ? "" : " (" + run.getStateMessage() + ")";
  }

  private static String metric(Map<String, Double> metrics, String name) {
    return Display.number(metrics.get(name));
  }

  static String time(Timestamp time) {
    return time.equals(Timestamp.getDefaultInstance()) ? "-" : Timestamps.toString(time);
  }
}
