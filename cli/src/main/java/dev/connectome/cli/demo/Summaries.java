package dev.connectome.cli.demo;

import dev.connectome.cli.report.Display;
import dev.connectome.cli.report.Table;
import dev.connectome.protos.run.v1.StageTransition;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureDistances;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the summary of a demonstration from what was observed. */
final class Summaries {
  private Summaries() {}

  static DemoSummary of(List<Comparison> comparisons, DemoSummary.Platform platform) {
    return new DemoSummary(comparisons.stream().map(Summaries::run).toList(), platform);
  }

  private static DemoSummary.Run run(Comparison comparison) {
    TrainingRun run = comparison.watched().run();
    ObservedRun reference = comparison.reference();
    boolean decided = run.hasDecision();
    return new DemoSummary.Run(
        comparison.watched().name(),
        run.getUid(),
        Display.name(run.getState()),
        run.getSpec().getModel().getHiddenWidthsList(),
        comparison.watched().budget(),
        decided ? run.getDecision().getStopEpoch() : null,
        comparison.watched().epoch(),
        run.getDecision().hasRestoreEpoch() ? run.getDecision().getRestoreEpoch() : null,
        decided ? decision(run.getDecision()) : null,
        series(comparison.watched()),
        run.getStageTransitionsList().stream()
            .map(stage -> new DemoSummary.Stage(Display.stage(stage.getStage()), stage.getEpoch()))
            .toList(),
        comparison.watched().testAccuracy(),
        comparison.watched().epochTestAccuracy(),
        comparison.watched().trainingSeconds(),
        reference.epoch() - comparison.watched().epoch(),
        reference.trainingSeconds() - comparison.watched().trainingSeconds(),
        new DemoSummary.Reference(
            reference.name(),
            Display.name(reference.run().getState()),
            reference.epoch(),
            reference.testAccuracy(),
            reference.trainingSeconds()));
  }

  private static DemoSummary.Decision decision(StoppingDecision decision) {
    return new DemoSummary.Decision(
        decision.getPolicyId(),
        decision.getRule(),
        Display.name(decision.getReason()),
        decision.getMessage(),
        decision.getMonitor(),
        monitors(decision).collect(Collectors.toSet()),
        decision.getEvidenceList().stream()
            .map(point -> new DemoSummary.Evidence(point.getEpoch(), point.getValue()))
            .toList());
  }

  private static Stream<String> monitors(StoppingDecision decision) {
    return decision.getMembersCount() == 0
        ? Stream.of(decision.getMonitor())
        : decision.getMembersList().stream().flatMap(Summaries::monitors);
  }

  /** A point an epoch; of an epoch trained by two attempts, the later attempt's. */
  static List<DemoSummary.Point> series(ObservedRun observed) {
    return observed.latestSignatures().stream()
        .map(record -> point(record, observed.run()))
        .toList();
  }

  private static DemoSummary.Point point(SignatureRecord record, TrainingRun run) {
    boolean hasDistances = record.getSignature().hasFromPrevious();
    SignatureDistances from = record.getSignature().getFromPrevious();
    SampleSignals inputs = record.getSignature().getSampleSignals();
    return new DemoSummary.Point(
        record.getEpoch(),
        hasDistances ? from.getDeath() : null,
        hasDistances ? from.getBirth() : null,
        hasDistances ? from.getTopological() : null,
        hasDistances && from.hasConnectome() ? from.getConnectome() : null,
        inputs.hasNeighbourAgreement() ? 1 - inputs.getNeighbourAgreement() : null,
        inputs.hasPredictedClassConcentration() ? inputs.getPredictedClassConcentration() : null,
        record.getMetricsMap().get("trainLoss"),
        stageAt(run, record.getEpoch()));
  }

  private static @Nullable String stageAt(TrainingRun run, int epoch) {
    return run.getStageTransitionsList().stream()
        .filter(transition -> transition.getEpoch() <= epoch)
        .max(Comparator.comparingInt(StageTransition::getEpoch))
        .map(transition -> Display.stage(transition.getStage()))
        .orElse(null);
  }

  /** The summary for people. */
  static List<String> table(DemoSummary summary) {
    Table table =
        new Table(
            "RUN",
            "BUDGET",
            "STOP",
            "FINAL",
            "EPOCHS SAVED",
            "SECONDS SAVED",
            "TEST ACCURACY",
            "AT FULL BUDGET");
    for (DemoSummary.Run run : summary.runs()) {
      table.row(
          run.name(),
          Integer.toString(run.budget()),
          run.stopEpoch() == null ? "-" : run.stopEpoch().toString(),
          Integer.toString(run.finalEpoch()),
          Integer.toString(run.epochsSaved()),
          String.format(Locale.ROOT, "%.1f", run.secondsSaved()),
          accuracy(run.testAccuracy(), run.epochTestAccuracy()),
          percent(run.reference().testAccuracy()));
    }
    return table.lines();
  }

  private static String accuracy(@Nullable Double kept, @Nullable Double epoch) {
    return percent(kept) + (epoch == null ? "" : " (single epoch " + percent(epoch) + ")");
  }

  private static String percent(@Nullable Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
