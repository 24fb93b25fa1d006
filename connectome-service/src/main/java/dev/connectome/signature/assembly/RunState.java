package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of a run's latest attempt.
 *
 * @param attempt the attempt, from 1
 * @param ended whether its end was announced; then every snapshot was recorded and no connectome is
 *     kept
 * @param recorded the epochs that have their record, a signature or a failure; they never get
 *     another
 * @param open the snapshots that wait for batches, at most two, by ascending epoch
 * @param signed the snapshots whose connectomes are kept
 * @param lastSeen when a record last changed this state
 */
public record RunState(
    int attempt,
    boolean ended,
    EpochSet recorded,
    List<OpenSnapshot> open,
    SignedSnapshots signed,
    Instant lastSeen) {

  /** Copies the list. */
  public RunState {
    open = List.copyOf(open);
  }

  /**
   * An attempt of which nothing is known but its number.
   *
   * @param attempt the attempt, from 1
   * @param now the time
   * @return its state
   */
  public static RunState begin(int attempt, Instant now) {
    return new RunState(attempt, false, EpochSet.EMPTY, List.of(), SignedSnapshots.NONE, now);
  }

  /**
   * Tells whether anything large is kept for this attempt: batches or connectomes.
   *
   * @return whether it is
   */
  public boolean holdsActivations() {
    return !open.isEmpty() || !signed.kept().isEmpty();
  }

  /**
   * The state after a complete snapshot got its signature.
   *
   * @param snapshot the snapshot
   * @return the state that keeps its connectome
   */
  public RunState withSigned(SignedSnapshot snapshot) {
    return new RunState(attempt, ended, recorded, open, signed.with(snapshot), lastSeen);
  }

  Optional<OpenSnapshot> open(int epoch) {
    return open.stream().filter(snapshot -> snapshot.epoch() == epoch).findFirst();
  }

  /** How many epochs after the given one have begun, at most {@code bound}. */
  int laterEpochs(int epoch, int bound) {
    long waiting = open.stream().filter(snapshot -> snapshot.epoch() > epoch).count();
    return (int) Math.min(bound, waiting + recorded.countAfter(epoch, bound));
  }

  RunState seenAt(Instant now) {
    return new RunState(attempt, ended, recorded, open, signed, now);
  }

  RunState withOpen(OpenSnapshot snapshot) {
    List<OpenSnapshot> snapshots =
        Stream.concat(without(snapshot.epoch()), Stream.of(snapshot))
            .sorted(Comparator.comparingInt(OpenSnapshot::epoch))
            .toList();
    return new RunState(attempt, ended, recorded, snapshots, signed, lastSeen);
  }

  RunState withRecorded(int epoch) {
    return new RunState(
        attempt, ended, recorded.with(epoch), without(epoch).toList(), signed, lastSeen);
  }

  /** Nothing is assembled any more and nothing large is kept; what was recorded stays known. */
  RunState emptied(boolean atEnd) {
    RunState state = this;
    for (OpenSnapshot snapshot : new ArrayList<>(open)) {
      state = state.withRecorded(snapshot.epoch());
    }
    return new RunState(
        attempt, ended || atEnd, state.recorded, List.of(), SignedSnapshots.NONE, lastSeen);
  }

  private Stream<OpenSnapshot> without(int epoch) {
    return open.stream().filter(snapshot -> snapshot.epoch() != epoch);
  }
}
