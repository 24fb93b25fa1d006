package dev.connectome.stopping;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One pass of a rule over one series: a fold that reads each point once, in order of epochs, in
 * amortised constant time. It keeps what the rule needs of the points so far, so that a series that
 * grows is evaluated without reading it again. Mutable; for one thread at a time.
 *
 * <p>If a point behind the newest one is added or replaced, as when a new attempt repeats epochs,
 * begin a new evaluation.
 */
public abstract class RuleEvaluation {

  /** The most points of evidence that a verdict has; of more only the latest are kept. */
  public static final int MAX_EVIDENCE = 1_000;

  private final Deque<SeriesPoint> recent = new ArrayDeque<>();
  private int epoch;
  private Optional<DecisionReason> reason = Optional.empty();

  RuleEvaluation() {}

  /**
   * Reads the next point. A rule whose condition persists stops at every further point.
   *
   * @param point a point of a later epoch than all before
   * @return whether the rule stops at this point
   * @throws IllegalArgumentException if the epoch is not later than that of the point before
   */
  public final boolean advance(SeriesPoint point) {
    if (point.epoch() <= epoch) {
      throw new IllegalArgumentException(
          "epoch %d does not follow epoch %d; begin a new evaluation"
              .formatted(point.epoch(), epoch));
    }
    epoch = point.epoch();
    if (isMissing(point)) {
      reason = Optional.empty();
      return false;
    }
    recent.addLast(point);
    reason = read(point);
    for (long surplus = recent.size() - Math.min(evidencePoints(), MAX_EVIDENCE);
        surplus > 0;
        surplus--) {
      recent.removeFirst();
    }
    return reason.isPresent();
  }

  /**
   * {@return the verdict at the point that was read last}
   *
   * @throws IllegalStateException if the rule does not stop there
   */
  public final StopVerdict verdict() {
    DecisionReason why =
        reason.orElseThrow(
            () -> new IllegalStateException("the rule does not stop at epoch " + epoch));
    return new StopVerdict(epoch, restoreEpoch(), why, message(why), List.copyOf(recent));
  }

  /** Whether the rule ignores a point. */
  boolean isMissing(SeriesPoint point) {
    return !point.isFinite();
  }

  /**
   * Reads a point that is not missing; returns the reason to stop there, empty if there is none.
   */
  abstract Optional<DecisionReason> read(SeriesPoint point);

  /**
   * How many points, up to the one read last, show why the rule stops there. Grows by at most 1
   * from one point to the next, because older points are dropped.
   */
  abstract long evidencePoints();

  /** The message of the verdict at the point read last. */
  abstract String message(DecisionReason reason);

  /** The epoch whose weights to keep; empty for the last one trained. */
  OptionalInt restoreEpoch() {
    return OptionalInt.empty();
  }
}
