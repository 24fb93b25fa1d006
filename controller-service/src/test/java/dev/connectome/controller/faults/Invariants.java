package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * What must be true whatever fails, once things have come to rest:
 *
 * <ol>
 *   <li>a run is stopped effectively at most once between two resumes, by a command that is on
 *       record and meant for that attempt;
 *   <li>a recorded decision ends carried out, or moot, with a reason, and is forced where it must
 *       be; one that the trainer says it obeyed is acknowledged;
 *   <li>states change only as they may, and an end is left by nothing but a resume;
 *   <li>nothing is stopped for lack of data: what decided is there, and says so;
 *   <li>no two entries of a run's log have one position, and none is missing;
 *   <li>no clock of a stop runs while nobody could deliver it: {@link StopClocks}.
 * </ol>
 */
final class Invariants {

  private static final int ALL = Integer.MAX_VALUE;

  private final DataSource database;
  private final Store store;
  private final Collection<LiveTrainer> trainers;
  private final StopClocks clocks;

  /** A stop command. */
  private record Stop(
      String commandId,
      int attempt,
      String phase,
      String reason,
      boolean acknowledged,
      boolean finished) {}

  /** What is known of a run. */
  private record Record(
      RunRow run,
      List<EventRow> events,
      List<DecisionRow> decisions,
      List<Stop> stops,
      List<SignatureRow> signatures) {

    long resumes() {
      return events.stream()
          .filter(event -> event.kind().equals("STATE_CHANGED"))
          .filter(event -> event.message().endsWith(": resumed"))
          .count();
    }

    List<DecisionRow> enforced() {
      return decisions.stream().filter(DecisionRow::enforced).toList();
    }
  }

  Invariants(DataSource database, Collection<LiveTrainer> trainers, StopClocks clocks) {
    this.clocks = clocks;
    this.database = database;
    this.store = new Store(database);
    this.trainers = trainers;
  }

  /** Checks all runs of the database. */
  void check() {
    for (RunRow run : allRuns()) {
      Record record = read(run);
      stoppedAtMostOnce(record);
      decisionsCarriedOut(record);
      statesChangeAsTheyMay(record);
      nothingStoppedForLackOfData(record);
    }
    clocks.check(database);
    trainers.forEach(
        trainer ->
            assertThat(trainer.surprises())
                .as("errors that the trainer of %s met", trainer.runUid())
                .isEmpty());
  }

  private List<RunRow> allRuns() {
    return store.inTransaction(
        transaction ->
            transaction
                .runList()
                .list(new RunList.Filter(List.of(), Map.of(), ""), Optional.empty(), ALL));
  }

  private Record read(RunRow run) {
    List<Stop> stops = stops(run.uid());
    return store.inTransaction(
        transaction ->
            new Record(
                run,
                transaction.history().events(run.uid(), 0, ALL),
                transaction.history().decisions(run.uid()),
                stops,
                transaction.history().signaturesBehind(run.uid(), 0, ALL)));
  }

  private List<Stop> stops(UUID runUid) {
    return Jdbi.create(database)
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT * FROM stop_commands WHERE run_uid = :run ORDER BY create_time")
                    .bind("run", runUid)
                    .map(
                        (row, context) ->
                            new Stop(
                                row.getString("command_id"),
                                row.getInt("attempt"),
                                row.getString("phase"),
                                row.getString("reason"),
                                row.getObject("acknowledge_time") != null,
                                row.getObject("finish_time") != null))
                    .list());
  }

  private void stoppedAtMostOnce(Record record) {
    String runId = record.run().runId();
    assertThat(record.decisions().stream().filter(DecisionRow::isInForce).count())
        .as("decisions that stand for %s", runId)
        .isLessThanOrEqualTo(1);
    assertThat(record.stops().size())
        .as("stop commands of %s", runId)
        .isLessThanOrEqualTo((int) record.resumes() + 1);
    for (LiveTrainer trainer : trainers) {
      if (trainer.runUid().equals(record.run().uid())) {
        assertThat(trainer.obeyed()).as("commands obeyed by %s", runId).hasSizeLessThan(2);
        Set<String> meant =
            record.stops().stream()
                .filter(stop -> stop.attempt() == trainer.attempt())
                .map(Stop::commandId)
                .collect(Collectors.toSet());
        assertThat(meant).as("commands on record of %s", runId).containsAll(trainer.obeyed());
      }
    }
  }

  private static void decisionsCarriedOut(Record record) {
    String runId = record.run().runId();
    assertThat(record.stops()).as("commands of %s", runId).hasSameSizeAs(record.enforced());
    Optional<String> obeyed =
        record.run().outcome().flatMap(OutcomeCodec::stopCommand).map(UUID::toString);
    for (Stop stop : record.stops()) {
      assertThat(stop.finished()).as("whether the stop of %s has ended", runId).isTrue();
      assertThat(stop.phase()).as("phase of the stop of %s", runId).isIn("DONE", "MOOT");
      assertThat(stop.reason()).as("reason of the stop of %s", runId).isNotEmpty();
      if (obeyed.equals(Optional.of(stop.commandId()))) {
        assertThat(stop.acknowledged()).as("acknowledgement by %s", runId).isTrue();
      }
    }
    if (record.decisions().stream().anyMatch(DecisionRow::isInForce)) {
      Stop last = record.stops().get(record.stops().size() - 1);
      Set<RunState> ends =
          last.phase().equals("MOOT")
              ? Set.of(RunState.COMPLETED)
              : Set.of(RunState.STOPPED, RunState.FAILED);
      assertThat(ends)
          .as("ends of %s after %s", runId, last.phase())
          .contains(record.run().state());
      assertThat(record.run().stateMessage()).as("what became of %s", runId).isNotEmpty();
    }
  }

  private static void statesChangeAsTheyMay(Record record) {
    String runId = record.run().runId();
    RunState state = RunState.PENDING;
    List<Long> positions = new ArrayList<>();
    for (EventRow event : record.events()) {
      positions.add(event.position());
      RunState next = RunState.valueOf(event.state());
      if (event.kind().equals("STATE_CHANGED")) {
        assertThat(state.mayBecome(next)).as("%s: %s", runId, event.message()).isTrue();
        if (state.isEnd()) {
          assertThat(event.message()).as("what leaves the end of %s", runId).endsWith("resumed");
        }
      } else {
        assertThat(next).as("%s at %s", runId, event.kind()).isEqualTo(state);
      }
      state = next;
    }
    assertThat(record.run().state()).as("state of %s", runId).isEqualTo(state);
    record.signatures().forEach(signature -> positions.add(signature.position()));
    assertThat(positions).as("positions of %s", runId).doesNotHaveDuplicates();
    assertThat(positions).as("positions of %s", runId).hasSize((int) record.run().position());
  }

  /** Every value that the decision names as evidence was published for that epoch. */
  private static void nothingStoppedForLackOfData(Record record) {
    String runId = record.run().runId();
    if (record.run().state() == RunState.STOPPED) {
      assertThat(
              record.enforced().size()
                  + record.events().stream()
                      .filter(event -> event.message().contains("stopped before it started"))
                      .count())
          .as("decisions behind the stop of %s", runId)
          .isPositive();
    }
    Set<String> published = new HashSet<>();
    for (SignatureRow row : record.signatures()) {
      SignatureRecord signature = SignatureCodec.record(row);
      published.add(
          signature.getEpoch() + "=" + signature.getSignature().getFromPrevious().getDeath());
    }
    for (DecisionRow row : record.decisions()) {
      StoppingDecision decision = DecisionCodec.decision(row);
      if (!decision.getPolicyId().equals("manual")) {
        assertThat(decision.getEvidenceList()).as("evidence against %s", runId).isNotEmpty();
        assertThat(published)
            .as("series of %s", runId)
            .containsAll(
                decision.getEvidenceList().stream()
                    .map(point -> point.getEpoch() + "=" + point.getValue())
                    .toList());
      }
    }
  }
}
