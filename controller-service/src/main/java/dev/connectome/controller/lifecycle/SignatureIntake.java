package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.store.HistoryTable.SignatureKey;
import dev.connectome.controller.store.RunLog.NewSignature;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.SeriesTable.Newest;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.EpochObservation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores the signature records that are new and refuses those that no trainer of a run can send.
 */
final class SignatureIntake {

  /**
   * The series of a run after its new records were stored.
   *
   * @param run the run as it was locked
   * @param before the newest point before; empty if there was none
   * @param after the newest point now; its position is that of the signature stored last
   * @param added the new points, if they continue the series in order; else empty
   * @param continues whether all new points continue the series of one attempt
   */
  record Extended(
      RunRow run,
      Optional<Newest> before,
      Newest after,
      List<EpochObservation> added,
      boolean continues) {

    /** Whether policies have a point to evaluate. */
    boolean hasNews() {
      return after.attempt() > run.evaluatedAttempt()
          || (after.attempt() == run.evaluatedAttempt() && after.epoch() > run.evaluatedEpoch());
    }
  }

  /** What became of the records. */
  record Intake(List<Extended> runs, int stored, List<Refusal> refused) {}

  private final List<NewSignature> entries = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();

  private SignatureIntake() {}

  /** Locks the runs of the records and stores those that are new. */
  static Intake store(Transaction transaction, List<ReceivedSignature> received) {
    return new SignatureIntake().take(transaction, received);
  }

  /** The series of runs as they are now. */
  static List<Extended> reload(Transaction transaction, Collection<UUID> runUids) {
    Map<UUID, Newest> newest = transaction.series().newest(List.copyOf(runUids));
    return newest.entrySet().stream()
        .flatMap(
            entry ->
                transaction.runs().find(entry.getKey()).stream()
                    .map(
                        run ->
                            new Extended(
                                run,
                                Optional.of(entry.getValue()),
                                entry.getValue(),
                                List.of(),
                                true)))
        .toList();
  }

  private Intake take(Transaction transaction, List<ReceivedSignature> received) {
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
    Map<UUID, Newest> newest = transaction.series().newest(runs.stream().map(RunRow::uid).toList());
    List<Extended> extended = new ArrayList<>();
    for (RunRow run : runs) {
      List<ReceivedSignature> signatures = Objects.requireNonNull(byRun.remove(run.uid()));
      extend(run, Optional.ofNullable(newest.get(run.uid())), signatures, stored)
          .ifPresent(extended::add);
    }
    byRun
        .values()
        .forEach(
            signatures ->
                signatures.forEach(
                    signature ->
                        refuse(signature, Refusal.Reason.UNKNOWN_RUN, "there is no such run")));
    Map<UUID, Long> positions = entries.isEmpty() ? Map.of() : transaction.log().append(entries);
    transaction.ranges().extend(entries);
    positions.keySet().forEach(transaction::markChanged);
    return new Intake(
        extended.stream().map(one -> at(one, positions.get(one.run().uid()))).toList(),
        entries.size(),
        refused);
  }

  private static Extended at(Extended one, @Nullable Long position) {
    Newest after = one.after();
    return position == null
        ? one
        : new Extended(
            one.run(),
            one.before(),
            new Newest(after.attempt(), after.epoch(), position),
            one.added(),
            one.continues());
  }

  private Optional<Extended> extend(
      RunRow run,
      Optional<Newest> before,
      List<ReceivedSignature> signatures,
      Set<SignatureKey> stored) {
    int budget =
        Math.max(RunDefinition.of(run.definition()).spec().getEpochs(), run.completedEpochs() + 1);
    Newest newest = before.orElse(new Newest(0, 0, 0));
    List<EpochObservation> added = new ArrayList<>();
    boolean continues = true;
    for (ReceivedSignature signature : signatures) {
      if (signature.attempt() > run.attempt()) {
        refuse(
            signature,
            Refusal.Reason.UNKNOWN_ATTEMPT,
            "the newest attempt of run \"%s\" is %d".formatted(run.runId(), run.attempt()));
      } else if (signature.epoch() > budget) {
        refuse(
            signature,
            Refusal.Reason.EPOCH_BEYOND_BUDGET,
            "run \"%s\" is trained for %d epochs".formatted(run.runId(), budget));
      } else if (stored.add(signature.key())) {
        boolean late = isLate(signature, newest);
        continues &= !late && (signature.attempt() == newest.attempt() || newest.attempt() == 0);
        newest = late ? newest : new Newest(signature.attempt(), signature.epoch(), 0);
        added.add(signature.numbers());
        entries.add(new NewSignature(run.uid(), late, signature.numbers(), signature.record()));
      }
    }
    return newest.attempt() == 0
        ? Optional.empty()
        : Optional.of(
            new Extended(
                run,
                before,
                added.isEmpty() ? before.orElseThrow() : newest,
                continues ? added : List.of(),
                continues));
  }

  private static boolean isLate(ReceivedSignature signature, Newest newest) {
    return signature.attempt() < newest.attempt()
        || (signature.attempt() == newest.attempt() && signature.epoch() <= newest.epoch());
  }

  private void refuse(ReceivedSignature signature, Refusal.Reason reason, String problem) {
    refused.add(
        new Refusal(
            signature,
            reason,
            "attempt %d, epoch %d of run %s: %s"
                .formatted(signature.attempt(), signature.epoch(), signature.runUid(), problem)));
  }
}
