package dev.connectome.cli.runs;

import dev.connectome.cli.report.Display;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.PolicyHold;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UnmovedSeries;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.signature.v1.TopologicalSignature;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the items of a watched run into lines for people. Not thread-safe. */
final class WatchPrinter {
  private RunState state = RunState.RUN_STATE_UNSPECIFIED;
  private boolean decided;
  private @Nullable TrainingRun run;

  /** The lines for the next item of the stream; none if it says nothing new. */
  List<String> lines(WatchTrainingRunResponse item) {
    return switch (item.getItemCase()) {
      case TRAINING_RUN -> run(item.getTrainingRun());
      case SIGNATURE -> List.of(signature(item.getSignature()));
      case EVENT, ITEM_NOT_SET -> List.of();
    };
  }

  private List<String> run(TrainingRun now) {
    run = now;
    List<String> lines = new ArrayList<>();
    if (now.hasDecision() && !decided) {
      decided = true;
      lines.add("decision: " + RunTables.decision(now.getDecision()));
    }
    if (now.getState() != state) {
      state = now.getState();
      String message = now.getStateMessage().isEmpty() ? "" : ": " + now.getStateMessage();
      lines.add(RunNames.id(now) + " is " + Display.name(state) + message);
    }
    return lines;
  }

  private String signature(SignatureRecord signature) {
    StringBuilder line = new StringBuilder("epoch ").append(signature.getEpoch());
    if (run != null && run.getSpec().hasEpochs()) {
      line.append('/').append(run.getSpec().getEpochs());
    }
    if (signature.getLate()) {
      line.append("  late");
    }
    Double loss = signature.getMetricsMap().get("trainLoss");
    if (loss != null) {
      line.append("  loss ").append(Display.number(loss));
    }
    if (signature.hasFailure()) {
      return line.append("  no signature: ").append(signature.getFailure().getMessage()).toString();
    }
    TopologicalSignature values = signature.getSignature();
    if (values.getSampleSignals().hasNeighbourAgreement()) {
      line.append("  neighbours agree ")
          .append(Display.number(values.getSampleSignals().getNeighbourAgreement()));
    }
    if (values.getFromPrevious().hasConnectome()) {
      line.append("  connectome distance ")
          .append(Display.number(values.getFromPrevious().getConnectome()));
    }
    String stage = run == null ? "" : Display.stage(run.getStage());
    if (!stage.isEmpty()) {
      line.append("  ").append(stage);
    }
    return line.append(waiting()).toString();
  }

  /** What keeps the enforcing policy from deciding, or else a shadow policy, in a few words. */
  private String waiting() {
    if (run == null || run.getPolicyHoldsCount() == 0) {
      return "";
    }
    PolicyHold hold = run.getPolicyHolds(0);
    return hold.getUnmovedSeriesCount() > 0
        ? "  has not begun to learn, by "
            + hold.getUnmovedSeriesList().stream()
                .map(UnmovedSeries::getSeries)
                .collect(Collectors.joining(", "))
        : "  no stop before epoch " + hold.getFirstEpoch();
  }
}
