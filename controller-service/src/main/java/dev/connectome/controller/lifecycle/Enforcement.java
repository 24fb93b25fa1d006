package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.EnforcementTable.Cohort;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.stopping.FiniteCheck;
import dev.connectome.stopping.StopDecision;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a policy's decision stops its run. The switch is read under a lock that a change
 * of it waits for: once a suspension is answered, no decision is enforced. Too many stops in a
 * short time suspend enforcement, until a person lifts the suspension.
 */
public final class Enforcement {

  private static final Logger LOG = LoggerFactory.getLogger(Enforcement.class);

  /** Who decides without a policy. */
  static final Set<String> NO_POLICIES = Set.of(Runs.MANUAL, FiniteCheck.ID);

  private final Decisions decisions;
  private final Limit limit;
  private final AtomicLong trips = new AtomicLong();

  /**
   * How many stops by policies are too many.
   *
   * @param stops the most within the window
   * @param window counted back from now, and not beyond the last change of the switch
   * @param share the least part of the runs that were running at the first of those stops, 0 to 1;
   *     runs that started later count neither way
   */
  public record Limit(int stops, Duration window, double share) {

    /** Twenty stops in ten minutes, and half of the runs. */
    public static final Limit DEFAULT = new Limit(20, Duration.ofMinutes(10), 0.5);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Limit {
      if (stops < 1 || window.isNegative() || window.isZero() || !(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "connectome.breaker must have stops of 1 or more, a window above 0 and a share from 0 to 1, not %d, %s and %s"
                .formatted(stops, window, share));
      }
    }
  }

  public Enforcement(Decisions decisions, Limit limit) {
    this.decisions = decisions;
    this.limit = limit;
  }

  /** What became of a decision. */
  enum Result {
    /** The run is told to stop. */
    ENFORCED,
    /** Enforcement is suspended: the decision is recorded and consumed. */
    RECORDED,
    /** The run is not in a state in which a policy can stop it. */
    NOT_ALLOWED
  }

  /** How often too many stops have suspended enforcement, since the start. */
  public long trips() {
    return trips.get();
  }

  /**
   * Carries out the decision of a run's enforcing policy or of its finite check, which no switch
   * holds back.
   *
   * @param run locked in this transaction
   * @param attempt the attempt that the decision is about
   */
  Result decide(Transaction transaction, RunRow run, int attempt, StopDecision decision) {
    boolean mayStop =
        run.effectiveState() == RunState.RUNNING
            && attempt == run.attempt()
            && transaction.history().decisions(run.uid()).stream()
                .noneMatch(DecisionRow::isInForce);
    if (!mayStop) {
      return Result.NOT_ALLOWED;
    }
    if (decision.policyId().equals(FiniteCheck.ID) || mayEnforce(transaction)) {
      decisions.enforce(transaction, run, decision);
      return Result.ENFORCED;
    }
    record(transaction, run, decision);
    transaction.runs().setConsumed(run.uid(), decision.stopEpoch(), 0);
    return Result.RECORDED;
  }

  /** Decisions are made one after the other, so that each counts those before it. */
  private boolean mayEnforce(Transaction transaction) {
    if (transaction.enforcement().lockForDecision().suspended()) {
      return false;
    }
    Cohort cohort = transaction.enforcement().latestStops(limit.window(), NO_POLICIES);
    if (cohort.stopped() < limit.stops()
        || cohort.stopped() < limit.share() * (cohort.stopped() + cohort.running())) {
      return true;
    }
    String reason =
        "within %d s policies have stopped %d of %d runs; look at their decisions, then lift the suspension"
            .formatted(
                limit.window().toSeconds(), cohort.stopped(), cohort.stopped() + cohort.running());
    transaction.enforcement().update(true, reason, Actor.CONTROLLER);
    trips.incrementAndGet();
    LOG.error("enforcement suspended: no decision stops a run reason=\"{}\"", reason);
    return false;
  }

  /** Records a decision that stops nothing. */
  static void record(Transaction transaction, RunRow run, StopDecision decision) {
    transaction
        .history()
        .insertDecision(
            run.uid(), decision.policyId(), false, DecisionCodec.decision(decision).toByteArray());
    transaction.event(
        run,
        run.state(),
        EventKind.Own.SHADOW_DECIDED,
        Actor.policy(decision.policyId()),
        decision.message());
  }
}
