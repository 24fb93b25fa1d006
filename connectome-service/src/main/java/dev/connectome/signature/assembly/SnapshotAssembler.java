package dev.connectome.signature.assembly;

import static dev.connectome.signature.assembly.FailureReason.INCOMPLETE;
import static dev.connectome.signature.assembly.FailureReason.INCONSISTENT_SHAPE;
import static dev.connectome.signature.assembly.FailureReason.SUPERSEDED;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Assembles batches into snapshots. Stateless: each method maps a run's state and an event to the
 * next state and its effects.
 *
 * <p>Every epoch of an attempt of which a batch or metrics arrive while the attempt is the newest
 * gets exactly one record: its snapshot is completed, it is closed as a failure, or its metrics are
 * published. A snapshot stays open until {@value #LATER_EPOCHS} later epochs have begun or the
 * attempt has ended.
 */
public final class SnapshotAssembler {

  private static final int LATER_EPOCHS = 2;

  /** Applies a record; {@code state} is null if nothing is known of the run. */
  public Transition accept(@Nullable RunState state, ActivationMessage message, Instant now) {
    RunState before = state == null ? RunState.begin(message.attempt(), now) : state;
    if (message.attempt() < before.attempt()) {
      return new Transition(before, List.of(), new Step.Ignored(IgnoredReason.OLDER_ATTEMPT));
    }
    List<SnapshotFailure> failures = new ArrayList<>();
    RunState current = before;
    if (message.attempt() > before.attempt()) {
      String cause = "before attempt %d began".formatted(message.attempt());
      failures.addAll(unfinished(before, before.open(), SUPERSEDED, cause));
      current = RunState.begin(message.attempt(), now);
    }
    if (message instanceof ActivationBatch batch) {
      return acceptBatch(current, batch, now, failures);
    }
    if (message instanceof EpochMetrics metrics) {
      return acceptMetrics(current, metrics, now, failures);
    }
    return acceptEnd(current, now, failures);
  }

  /**
   * Closes the open snapshots of a silent run as incomplete and gives up its connectomes. The
   * recorded epochs stay known, so that late duplicates are still recognised.
   */
  public Transition expire(RunState state) {
    String cause = "in the time that the run's state is kept; last record at " + state.lastSeen();
    return new Transition(
        state.withoutData(), unfinished(state, state.open(), INCOMPLETE, cause), new Step.Closed());
  }

  private static Transition acceptEnd(RunState state, Instant now, List<SnapshotFailure> failures) {
    if (state.ended()) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.DUPLICATE_END));
    }
    failures.addAll(unfinished(state, state.open(), INCOMPLETE, "before the attempt ended"));
    return new Transition(
        state.withoutData().withEnd().withLastSeen(now), failures, new Step.Closed());
  }

  private static Transition acceptBatch(
      RunState state, ActivationBatch batch, Instant now, List<SnapshotFailure> failures) {
    int epoch = batch.epoch();
    if (state.recorded().contains(epoch)) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.ALREADY_RECORDED));
    }
    OpenSnapshot open = state.open(epoch).orElseGet(() -> OpenSnapshot.open(batch, now));
    if (open.contains(batch)) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.DUPLICATE_BATCH));
    }
    if (state.ended() || isOverdue(state, epoch)) {
      String cause = state.ended() ? "the attempt ended" : "the second later epoch began";
      String message = "its first batch came after %s".formatted(cause);
      failures.add(
          new SnapshotFailure(state.attempt(), epoch, INCOMPLETE, message, batch.metadata()));
      return new Transition(
          state.withRecorded(epoch).withLastSeen(now), failures, new Step.Closed());
    }
    return addToSnapshot(state.withLastSeen(now), open, batch, failures);
  }

  private static Transition acceptMetrics(
      RunState state, EpochMetrics metrics, Instant now, List<SnapshotFailure> failures) {
    int epoch = metrics.epoch();
    if (state.recorded().contains(epoch) || state.open(epoch).isPresent()) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.ALREADY_RECORDED));
    }
    RunState after = closeOverdue(state.withRecorded(epoch).withLastSeen(now), failures);
    return new Transition(after, failures, new Step.Measured(metrics));
  }

  private static Transition addToSnapshot(
      RunState state, OpenSnapshot open, ActivationBatch batch, List<SnapshotFailure> failures) {
    Optional<String> conflict = open.conflictWith(batch);
    OpenSnapshot extended = open.with(batch);
    RunState after = closeOverdue(state.withOpen(extended), failures);
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

  private static RunState closeOverdue(RunState state, List<SnapshotFailure> failures) {
    List<OpenSnapshot> overdue =
        state.open().stream().filter(open -> isOverdue(state, open.epoch())).toList();
    failures.addAll(unfinished(state, overdue, INCOMPLETE, "before the second later epoch began"));
    RunState closed = state;
    for (OpenSnapshot open : overdue) {
      closed = closed.withRecorded(open.epoch());
    }
    return closed;
  }

  private static boolean isOverdue(RunState state, int epoch) {
    return state.laterEpochs(epoch, LATER_EPOCHS) >= LATER_EPOCHS;
  }

  private static List<SnapshotFailure> unfinished(
      RunState state, List<OpenSnapshot> snapshots, FailureReason reason, String cause) {
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
