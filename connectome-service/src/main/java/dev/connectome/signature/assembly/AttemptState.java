package dev.connectome.signature.assembly;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of an attempt of a run.
 *
 * @param attempt the attempt, from 1
 * @param recorded the epochs that have their record, a signature or a failure; they never get
 *     another
 * @param open the snapshots that wait for batches, at most two, by ascending epoch
 * @param signed the snapshots whose connectomes are kept
 * @param lastSeen when a record last changed this state
 */
public record AttemptState(
    int attempt,
    EpochSet recorded,
    List<OpenSnapshot> open,
    SignedSnapshots signed,
    Instant lastSeen) {

  /** Copies the list. */
  public AttemptState {
    open = List.copyOf(open);
  }

  /** The state of an attempt before its first record. */
  public static AttemptState begin(int attempt, Instant now) {
    return new AttemptState(attempt, EpochSet.EMPTY, List.of(), SignedSnapshots.NONE, now);
  }

  /** Whether batches or connectomes of this attempt are stored. */
  public boolean holdsData() {
    return !open.isEmpty() || !signed.snapshots().isEmpty();
  }

  /** Adds a snapshot that got its signature and whose connectome is to be kept. */
  public AttemptState withSigned(SignedSnapshot snapshot) {
    return new AttemptState(attempt, recorded, open, signed.with(snapshot), lastSeen);
  }

  Optional<OpenSnapshot> open(int epoch) {
    return open.stream().filter(snapshot -> snapshot.epoch() == epoch).findFirst();
  }

  /** How many epochs after the given one have begun, at most {@code bound}. */
  int laterEpochs(int epoch, int bound) {
    long waiting = open.stream().filter(snapshot -> snapshot.epoch() > epoch).count();
    return (int) Math.min(bound, waiting + recorded.countAfter(epoch, bound));
  }

  AttemptState withLastSeen(Instant now) {
    return new AttemptState(attempt, recorded, open, signed, now);
  }

  AttemptState withOpen(OpenSnapshot snapshot) {
    List<OpenSnapshot> snapshots =
        Stream.concat(withoutOpen(snapshot.epoch()), Stream.of(snapshot))
            .sorted(Comparator.comparingInt(OpenSnapshot::epoch))
            .toList();
    return new AttemptState(attempt, recorded, snapshots, signed, lastSeen);
  }

  /** Records an epoch; its snapshot, if open, is closed. */
  AttemptState withRecorded(int epoch) {
    return new AttemptState(
        attempt, recorded.with(epoch), withoutOpen(epoch).toList(), signed, lastSeen);
  }

  /** Records every open snapshot and gives up the connectomes. */
  AttemptState withoutData() {
    AttemptState closed = withoutOpen();
    return new AttemptState(attempt, closed.recorded, List.of(), SignedSnapshots.NONE, lastSeen);
  }

  /** Records every open snapshot. */
  AttemptState withoutOpen() {
    EpochSet closed = recorded;
    for (OpenSnapshot snapshot : open) {
      closed = closed.with(snapshot.epoch());
    }
    return new AttemptState(attempt, closed, List.of(), signed, lastSeen);
  }

  private Stream<OpenSnapshot> withoutOpen(int epoch) {
    return open.stream().filter(snapshot -> snapshot.epoch() != epoch);
  }
}
