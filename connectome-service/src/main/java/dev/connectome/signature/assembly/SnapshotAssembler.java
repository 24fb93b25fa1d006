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
 * The rules by which batches become snapshots. Stateless: every method maps a run's state and
 * something that happened to the state after it and what is to be told.
 *
 * <p>For every epoch of an attempt of which a batch arrives while the attempt is the newest,
 * exactly one record results: the snapshot is completed, or it is closed as a failure. A snapshot
 * is assembled as long as fewer than {@value #LATER_EPOCHS} later epochs have begun and the attempt
 * has not ended.
 */
public final class SnapshotAssembler {

  private static final int LATER_EPOCHS = 2;

  /**
   * Takes a record.
   *
   * @param state the run's state; null if nothing is known of the run
   * @param message the record
   * @param now the time
   * @return its effect
   */
  public Transition accept(@Nullable RunState state, ActivationMessage message, Instant now) {
    RunState known = state == null ? RunState.begin(message.attempt(), now) : state;
    if (message.attempt() < known.attempt()) {
      return new Transition(known, List.of(), new Step.Ignored(IgnoredReason.OLDER_ATTEMPT));
    }
    List<SnapshotFailure> failures = new ArrayList<>();
    RunState current = known;
    if (message.attempt() > known.attempt()) {
      String cause = "before attempt %d began".formatted(message.attempt());
      known.open().forEach(open -> failures.add(cutShort(known, open, SUPERSEDED, cause)));
      current = RunState.begin(message.attempt(), now);
    }
    if (message instanceof ActivationBatch batch) {
      return acceptBatch(current, batch, now, failures);
    }
    return acceptEnd(current, now, failures);
  }

  /**
   * Lets go of a run that has fallen silent. What was recorded stays known, so that a late
   * duplicate is still recognised.
   *
   * @param state the run's state
   * @return the effect: every open snapshot is closed as incomplete, and no connectome is kept
   */
  public Transition expire(RunState state) {
    String cause = "in the time that the run's state is kept; last record at " + state.lastSeen();
    return new Transition(
        state.emptied(false), incomplete(state, state.open(), cause), new Step.Closed());
  }

  private static Transition acceptEnd(RunState state, Instant now, List<SnapshotFailure> failures) {
    if (state.ended()) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.DUPLICATE_END));
    }
    failures.addAll(incomplete(state, state.open(), "before the attempt ended"));
    return new Transition(state.emptied(true).seenAt(now), failures, new Step.Closed());
  }

  private static Transition acceptBatch(
      RunState state, ActivationBatch batch, Instant now, List<SnapshotFailure> failures) {
    int epoch = batch.epoch();
    if (state.recorded().contains(epoch)) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.ALREADY_RECORDED));
    }
    OpenSnapshot open = state.open(epoch).orElseGet(() -> OpenSnapshot.begin(batch, now));
    if (open.contains(batch)) {
      return new Transition(state, failures, new Step.Ignored(IgnoredReason.DUPLICATE_BATCH));
    }
    if (state.ended() || isOutrun(state, epoch)) {
      String cause = state.ended() ? "the attempt ended" : "the second later epoch began";
      String message = "its first batch came after %s".formatted(cause);
      failures.add(new SnapshotFailure(state.attempt(), epoch, INCOMPLETE, message, batch.notes()));
      return new Transition(state.withRecorded(epoch).seenAt(now), failures, new Step.Closed());
    }
    return assemble(state.seenAt(now), open, batch, failures);
  }

  private static Transition assemble(
      RunState state, OpenSnapshot open, ActivationBatch batch, List<SnapshotFailure> failures) {
    Optional<String> conflict = open.conflictWith(batch);
    OpenSnapshot extended = open.with(batch);
    RunState begun = closeOutrun(state.withOpen(extended), failures);
    if (conflict.isPresent()) {
      failures.add(
          new SnapshotFailure(
              state.attempt(), open.epoch(), INCONSISTENT_SHAPE, conflict.get(), extended.notes()));
      return new Transition(begun.withRecorded(open.epoch()), failures, new Step.Closed());
    }
    if (extended.isComplete()) {
      return new Transition(
          begun.withRecorded(open.epoch()), failures, new Step.Completed(extended));
    }
    return new Transition(begun, failures, new Step.Kept());
  }

  private static RunState closeOutrun(RunState state, List<SnapshotFailure> failures) {
    List<OpenSnapshot> outrun =
        state.open().stream().filter(open -> isOutrun(state, open.epoch())).toList();
    failures.addAll(incomplete(state, outrun, "before the second later epoch began"));
    RunState closed = state;
    for (OpenSnapshot open : outrun) {
      closed = closed.withRecorded(open.epoch());
    }
    return closed;
  }

  private static boolean isOutrun(RunState state, int epoch) {
    return state.laterEpochs(epoch, LATER_EPOCHS) >= LATER_EPOCHS;
  }

  private static List<SnapshotFailure> incomplete(
      RunState state, List<OpenSnapshot> snapshots, String cause) {
    return snapshots.stream().map(open -> cutShort(state, open, INCOMPLETE, cause)).toList();
  }

  private static SnapshotFailure cutShort(
      RunState state, OpenSnapshot open, FailureReason reason, String cause) {
    String message =
        "%d of %d batches arrived %s"
            .formatted(open.blocks().size(), open.shape().batches(), cause);
    return new SnapshotFailure(state.attempt(), open.epoch(), reason, message, open.notes());
  }
}
