package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of a run's latest attempt.
 *
 * @param attempt the attempt, from 1
 * @param ended whether its end was announced; then every snapshot is recorded and no connectome is
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

  /** The state of an attempt before its first record. */
  public static RunState begin(int attempt, Instant now) {
    return new RunState(attempt, false, EpochSet.EMPTY, List.of(), SignedSnapshots.NONE, now);
  }

  /** Whether batches or connectomes of this attempt are stored. */
  public boolean holdsData() {
    return !open.isEmpty() || !signed.snapshots().isEmpty();
  }

  /** Adds a snapshot that got its signature and whose connectome is to be kept. */
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

  RunState withLastSeen(Instant now) {
    return new RunState(attempt, ended, recorded, open, signed, now);
  }

  RunState withOpen(OpenSnapshot snapshot) {
    List<OpenSnapshot> snapshots =
        Stream.concat(withoutOpen(snapshot.epoch()), Stream.of(snapshot))
            .sorted(Comparator.comparingInt(OpenSnapshot::epoch))
            .toList();
    return new RunState(attempt, ended, recorded, snapshots, signed, lastSeen);
  }

  /** Records an epoch; its snapshot, if open, is closed. */
  RunState withRecorded(int epoch) {
    return new RunState(
        attempt, ended, recorded.with(epoch), withoutOpen(epoch).toList(), signed, lastSeen);
  }

  RunState withEnd() {
    return new RunState(attempt, true, recorded, open, signed, lastSeen);
  }

  /** Records every open snapshot and gives up the connectomes. */
  RunState withoutData() {
    EpochSet closed = recorded;
    for (OpenSnapshot snapshot : open) {
      closed = closed.with(snapshot.epoch());
    }
    return new RunState(attempt, ended, closed, List.of(), SignedSnapshots.NONE, lastSeen);
  }

  private Stream<OpenSnapshot> withoutOpen(int epoch) {
    return open.stream().filter(snapshot -> snapshot.epoch() != epoch);
  }
}
