package dev.connectome.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.TrainingRun;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StopAuditTest {
  private static final Instant DECIDED = Instant.parse("2026-01-01T00:00:10Z");

  private final Map<String, TrainingRun> listed = new HashMap<>();
  private final Map<String, List<Instant>> decisions = new HashMap<>();
  private final Map<String, List<Instant>> acknowledgements = new HashMap<>();

  private SimulatedRun due(String uid) {
    SimulatedRun run = new SimulatedRun("runs/" + uid, uid, new PlannedStop(5, false));
    run.setDue();
    return run;
  }

  private void decide(String uid, int epoch) {
    listed.put(
        uid,
        TrainingRun.newBuilder()
            .setUid(uid)
            .setDecision(
                StoppingDecision.newBuilder()
                    .setReason(DecisionReason.DECISION_REASON_PLATEAU_REACHED)
                    .setStopEpoch(epoch))
            .build());
    decisions.put(uid, List.of(DECIDED));
  }

  private StopAudit.Result audit(
      List<TrainerObservations.Misdirected> misdirected, SimulatedRun... runs) {
    return new StopAudit(listed, decisions, acknowledgements)
        .of(List.of(runs), misdirected, Instant.EPOCH);
  }

  @Test
  void aStopThatWasDueAndDeliveredIsTimed() {
    SimulatedRun run = due("a");
    run.setReadable(DECIDED.minusMillis(120));
    run.delivered("command");
    decide("a", 5);
    acknowledgements.put("a", List.of(DECIDED.plusMillis(80)));

    StopAudit.Result result = audit(List.of(), run);

    assertThat(result.passed()).isTrue();
    assertThat(result.due()).isEqualTo(1);
    assertThat(result.decisionMillis().p50()).isBetween(119.0, 121.0);
    assertThat(result.stopMillis().max()).isBetween(79.0, 81.0);
  }

  @Test
  void aStopThatWasDueAndNotDeliveredIsLost() {
    assertThat(audit(List.of(), due("a")).lost()).isEqualTo(1);
  }

  @Test
  void twoCommandsOrDecisionsAreDoubledButARepeatedCommandIsNot() {
    SimulatedRun commands = due("a");
    commands.delivered("one");
    commands.delivered("two");
    decide("a", 5);
    SimulatedRun decided = due("b");
    decided.delivered("three");
    decide("b", 5);
    decisions.put("b", List.of(DECIDED, DECIDED));
    SimulatedRun again = due("c");
    again.delivered("four");
    again.delivered("four");
    decide("c", 5);

    StopAudit.Result result = audit(List.of(), commands, decided, again);

    assertThat(result.doubled()).isEqualTo(2);
    assertThat(result.repeatedDeliveries()).isEqualTo(1);
  }

  @Test
  void aStopThatWasNotDueOrAtTheWrongEpochOrTrainerIsWrong() {
    SimulatedRun early = new SimulatedRun("runs/a", "a", new PlannedStop(5, false));
    early.delivered("one");
    decide("a", 4);
    SimulatedRun otherEpoch = due("b");
    otherEpoch.delivered("two");
    decide("b", 6);

    StopAudit.Result result =
        audit(
            List.of(
                new TrainerObservations.Misdirected("c", "three"),
                new TrainerObservations.Misdirected("b", "two")),
            early,
            otherEpoch);

    assertThat(result.wrong()).isEqualTo(3);
    assertThat(result.repeatedDeliveries()).isEqualTo(1);
    assertThat(result.findings()).hasSize(3);
  }
}
