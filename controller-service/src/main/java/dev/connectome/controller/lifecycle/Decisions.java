package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Records what is decided about runs, so that it is carried out whatever happens. */
public final class Decisions {

  private final Duration stopGrace;

  /**
   * Makes the records.
   *
   * @param stopGrace how long a trainer has to obey a stop
   */
  public Decisions(Duration stopGrace) {
    this.stopGrace = stopGrace;
  }

  /** Records a decision, the state that follows from it, and the command that carries it out. */
  void decide(
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

  /** Records a policy's decision. It is carried out gracefully. */
  void decide(Transaction transaction, RunRow run, StopDecision decision) {
    decide(transaction, run, decision, "GRACEFUL", "policy " + decision.policyId());
  }
}
