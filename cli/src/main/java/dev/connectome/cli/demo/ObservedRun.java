package dev.connectome.cli.demo;

import dev.connectome.client.RunNames;
import dev.connectome.client.RunStates;
import dev.connectome.client.Signatures;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run at one moment, and its signatures so far by attempt and epoch. */
record ObservedRun(TrainingRun run, List<SignatureRecord> signatures) {
  ObservedRun {
    signatures = List.copyOf(signatures);
  }

  String name() {
    return RunNames.id(run);
  }

  boolean ended() {
    return RunStates.ended(run.getState());
  }

  int budget() {
    return run.getSpec().getEpochs();
  }

  /** One signature an epoch; where attempts overlap, the later attempt's. */
  List<SignatureRecord> latestSignatures() {
    return Signatures.latest(signatures);
  }

  /** The last epoch trained; the outcome knows better than the last progress. */
  int epoch() {
    return run.hasOutcome() && ended()
        ? run.getOutcome().getFinalEpoch()
        : run.getProgress().getCompletedEpochs();
  }

  @Nullable Double trainLoss() {
    Double reported = run.getProgress().getMetricsMap().get("trainLoss");
    if (reported != null || signatures.isEmpty()) {
      return reported;
    }
    return signatures.get(signatures.size() - 1).getMetricsMap().get("trainLoss");
  }

  /** The latest agreement of neighbours, corrected for chance; at most 1. */
  @Nullable Double neighbourAgreement() {
    for (int i = signatures.size() - 1; i >= 0; i--) {
      if (signatures.get(i).getSignature().getSampleSignals().hasNeighbourAgreement()) {
        return signatures.get(i).getSignature().getSampleSignals().getNeighbourAgreement();
      }
    }
    return null;
  }

  /** The latest distance between the connectome and that of the epoch before. */
  @Nullable Double connectomeDistance() {
    for (int i = signatures.size() - 1; i >= 0; i--) {
      if (signatures.get(i).getSignature().getFromPrevious().hasConnectome()) {
        return signatures.get(i).getSignature().getFromPrevious().getConnectome();
      }
    }
    return null;
  }

  @Nullable Double testAccuracy() {
    return run.getOutcome().getMetricsMap().get("testAccuracy");
  }

  /** Of the weights that were averaged, if an average is kept. */
  @Nullable Double epochTestAccuracy() {
    return run.getOutcome().getMetricsMap().get("epochTestAccuracy");
  }

  double trainingSeconds() {
    var time =
        run.hasOutcome() && ended()
            ? run.getOutcome().getTrainingTime()
            : run.getProgress().getTrainingTime();
    return time.getSeconds() + time.getNanos() / 1e9;
  }
}
