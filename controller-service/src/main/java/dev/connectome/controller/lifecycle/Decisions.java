package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Records decisions with the state change and the stop command that carry them out. */
public final class Decisions {

  private final StopGrace grace;

  public Decisions(StopGrace grace) {
    this.grace = grace;
  }

  void enforce(
      Transaction transaction, RunRow run, StopDecision decision, StopMode mode, Actor actor) {
    UUID commandId = UUID.randomUUID();
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), true, DecisionCodec.decision(decision).toByteArray());
    transaction.event(run, run.state(), EventKind.Own.DECIDED, actor, decision.message());
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
            graceOf(run, mode));
  }

  /** Policies stop gracefully. */
  void enforce(Transaction transaction, RunRow run, StopDecision decision) {
    enforce(transaction, run, decision, StopMode.GRACEFUL, Actor.policy(decision.policyId()));
  }

  /** Makes a stop under way more urgent; one that is being terminated cannot be. */
  void upgrade(
      Transaction transaction,
      RunRow run,
      StopRow stop,
      StopMode mode,
      String reason,
      Actor actor) {
    transaction.stops().upgrade(stop.commandId(), mode, graceOf(run, mode));
    transaction.event(
        run,
        run.state(),
        EventKind.Own.STOP_UPGRADED,
        actor,
        "now %s: %s".formatted(mode.name().toLowerCase(Locale.ROOT), reason));
  }

  private Duration graceOf(RunRow run, StopMode mode) {
    return grace.of(mode, RunDefinition.of(run.definition()).spec().getStop());
  }
}
