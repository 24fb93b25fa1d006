package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.HistoryTable.NewSignature;
import dev.connectome.controller.store.HistoryTable.SignatureKey;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Stores the signature records that are new, and finds which points they add to each series. */
final class SignatureIntake {

  private SignatureIntake() {}

  /**
   * The points of a run that its policies have to evaluate.
   *
   * @param run the run, locked
   * @param position the position of its latest signature
   * @param attempt the attempt of the latest point
   * @param afterEpoch the last epoch that was already evaluated
   * @param toEpoch the last epoch to evaluate
   */
  record NewPoints(RunRow run, long position, int attempt, int afterEpoch, int toEpoch) {

    private static NewPoints none(RunRow run) {
      return new NewPoints(
          run, run.position(), run.evaluatedAttempt(), run.evaluatedEpoch(), run.evaluatedEpoch());
    }

    private boolean isLate(ReceivedSignature signature) {
      return signature.attempt() < attempt
          || (signature.attempt() == attempt && signature.epoch() <= toEpoch);
    }

    /** A newer attempt starts anew: only its own points are evaluated. */
    private NewPoints plus(ReceivedSignature signature) {
      int epoch = signature.epoch();
      if (isLate(signature)) {
        return new NewPoints(run, position + 1, attempt, afterEpoch, toEpoch);
      }
      return signature.attempt() > attempt
          ? new NewPoints(run, position + 1, signature.attempt(), epoch - 1, epoch)
          : new NewPoints(run, position + 1, attempt, afterEpoch, epoch);
    }
  }

  /**
   * Locks the runs of the records and stores those that are new. Returns the runs that have new
   * records.
   */
  static List<NewPoints> store(Transaction transaction, List<ReceivedSignature> received) {
    Map<UUID, List<ReceivedSignature>> byRun =
        received.stream()
            .collect(
                Collectors.groupingBy(
                    ReceivedSignature::runUid, LinkedHashMap::new, Collectors.toList()));
    List<RunRow> runs = transaction.runs().lock(byRun.keySet());
    Set<SignatureKey> stored =
        transaction
            .history()
            .existingSignatures(received.stream().map(ReceivedSignature::key).distinct().toList());
    List<NewSignature> signatures = new ArrayList<>();
    List<NewPoints> pointsOfRuns = new ArrayList<>();
    for (RunRow run : runs) {
      NewPoints points = NewPoints.none(run);
      for (ReceivedSignature signature : byRun.getOrDefault(run.uid(), List.of())) {
        boolean possible = signature.attempt() >= 1 && signature.attempt() <= run.attempt();
        if (possible && stored.add(signature.key())) {
          boolean late = points.isLate(signature);
          points = points.plus(signature);
          signatures.add(
              new NewSignature(signature.key(), points.position(), late, signature.record()));
        }
      }
      if (points.position() > run.position()) {
        pointsOfRuns.add(points);
        transaction.markChanged(run.uid());
      }
    }
    if (!signatures.isEmpty()) {
      transaction.history().insertSignatures(signatures);
    }
    return pointsOfRuns;
  }
}
