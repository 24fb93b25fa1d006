package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Records decisions with the state change and the stop command that carry them out. */
public final class Decisions {

  private final Duration stopGrace;

  public Decisions(Duration stopGrace) {
    this.stopGrace = stopGrace;
  }

  void enforce(
      Transaction transaction, RunRow run, StopDecision decision, String mode, String actor) {
    UUID commandId = UUID.randomUUID();
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), true, DecisionCodec.decision(decision).toByteArray());
    transaction.event(run, run.state(), "DECIDED", actor, decision.message());
    transaction.move(run, RunState.STOPPING, actor, decision.message());
    transaction
        .stops()
        .insert(
            commandId,
            run.uid(),
            run.attempt(),
            mode,
            decision.message(),
            decision.restoreEpoch().isPresent()
                ? Optional.of(decision.restoreEpoch().getAsInt())
                : Optional.empty(),
            stopGrace);
  }

  /** Policies stop gracefully. */
  void enforce(Transaction transaction, RunRow run, StopDecision decision) {
    enforce(transaction, run, decision, "GRACEFUL", "policy " + decision.policyId());
  }
}
