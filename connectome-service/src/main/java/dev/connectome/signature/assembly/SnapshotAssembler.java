package dev.connectome.signature.assembly;

import static dev.connectome.signature.assembly.FailureReason.INCOMPLETE;
import static dev.connectome.signature.assembly.FailureReason.INCONSISTENT_SHAPE;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Assembles batches into snapshots. Stateless: each method maps an attempt's state and an event to
 * the next state and its effects.
 *
 * <p>Attempts are independent: who publishes is not known here, so a record of one attempt, the
 * right one or not, neither ends nor bars another. Every epoch of an attempt gets at most one
 * record: its snapshot is completed, it is closed as a failure, or its metrics are published. A
 * snapshot stays open until {@value #LATER_EPOCHS} later epochs of its attempt have begun or the
 * attempt's end is announced.
 */
public final class SnapshotAssembler {

  private static final int LATER_EPOCHS = 2;

  /** Applies a record to its attempt; {@code state} is null if nothing is known of it. */
  public Transition accept(@Nullable AttemptState state, ActivationMessage message, Instant now) {
    AttemptState before = state == null ? AttemptState.begin(message.attempt(), now) : state;
    if (message instanceof ActivationBatch batch) {
      return acceptBatch(before, batch, now);
    }
    return message instanceof EpochMetrics metrics
        ? acceptMetrics(before, metrics, now)
        : acceptEnd(before, now);
  }

  /**
   * Closes the open snapshots of a silent attempt as incomplete. The recorded epochs stay known, so
   * that late duplicates are still recognised.
   */
  public Transition expire(AttemptState state) {
    String cause = "in the time that the run's state is kept; last record at " + state.lastSeen();
    return new Transition(
        state.withoutOpen(), unfinished(state, state.open(), INCOMPLETE, cause), new Step.Closed());
  }

  private static Transition acceptEnd(AttemptState state, Instant now) {
    if (!state.holdsData()) {
      return new Transition(state, List.of(), new Step.Ignored(IgnoredReason.NOTHING_HELD));
    }
    return new Transition(
        state.withoutData().withLastSeen(now),
        unfinished(state, state.open(), INCOMPLETE, "before the attempt ended"),
        new Step.Closed());
  }

  private static Transition acceptBatch(AttemptState state, ActivationBatch batch, Instant now) {
    int epoch = batch.epoch();
    if (state.recorded().contains(epoch)) {
      return new Transition(state, List.of(), new Step.Ignored(IgnoredReason.ALREADY_RECORDED));
    }
    OpenSnapshot open = state.open(epoch).orElseGet(() -> OpenSnapshot.open(batch, now));
    if (open.contains(batch)) {
      return new Transition(state, List.of(), new Step.Ignored(IgnoredReason.DUPLICATE_BATCH));
    }
    if (isOverdue(state, epoch)) {
      String message = "its first batch came after the second later epoch began";
      return new Transition(
          state.withRecorded(epoch).withLastSeen(now),
          List.of(
              new SnapshotFailure(state.attempt(), epoch, INCOMPLETE, message, batch.metadata())),
          new Step.Closed());
    }
    return addToSnapshot(state.withLastSeen(now), open, batch);
  }

  private static Transition acceptMetrics(AttemptState state, EpochMetrics metrics, Instant now) {
    int epoch = metrics.epoch();
    if (state.recorded().contains(epoch) || state.open(epoch).isPresent()) {
      return new Transition(state, List.of(), new Step.Ignored(IgnoredReason.ALREADY_RECORDED));
    }
    List<SnapshotFailure> failures = new ArrayList<>();
    AttemptState after = closeOverdue(state.withRecorded(epoch).withLastSeen(now), failures);
    return new Transition(after, failures, new Step.Measured(metrics));
  }

  private static Transition addToSnapshot(
      AttemptState state, OpenSnapshot open, ActivationBatch batch) {
    List<SnapshotFailure> failures = new ArrayList<>();
    Optional<String> conflict = open.conflictWith(batch);
    OpenSnapshot extended = open.with(batch);
    AttemptState after = closeOverdue(state.withOpen(extended), failures);
    if (conflict.isPresent()) {
      failures.add(
          new SnapshotFailure(
              state.attempt(),
              open.epoch(),
              INCONSISTENT_SHAPE,
              conflict.get(),
              extended.metadata()));
      return new Transition(after.withRecorded(open.epoch()), failures, new Step.Closed());
    }
    if (extended.isComplete()) {
      return new Transition(
          after.withRecorded(open.epoch()), failures, new Step.Completed(extended));
    }
    return new Transition(after, failures, new Step.Stored());
  }

  private static AttemptState closeOverdue(AttemptState state, List<SnapshotFailure> failures) {
    List<OpenSnapshot> overdue =
        state.open().stream().filter(open -> isOverdue(state, open.epoch())).toList();
    failures.addAll(unfinished(state, overdue, INCOMPLETE, "before the second later epoch began"));
    AttemptState closed = state;
    for (OpenSnapshot open : overdue) {
      closed = closed.withRecorded(open.epoch());
    }
    return closed;
  }

  private static boolean isOverdue(AttemptState state, int epoch) {
    return state.laterEpochs(epoch, LATER_EPOCHS) >= LATER_EPOCHS;
  }

  private static List<SnapshotFailure> unfinished(
      AttemptState state, List<OpenSnapshot> snapshots, FailureReason reason, String cause) {
    List<SnapshotFailure> failures = new ArrayList<>();
    for (OpenSnapshot open : snapshots) {
      String message =
          "%d of %d batches arrived %s"
              .formatted(open.blocks().size(), open.shape().batches(), cause);
      failures.add(
          new SnapshotFailure(state.attempt(), open.epoch(), reason, message, open.metadata()));
    }
    return failures;
  }
}
