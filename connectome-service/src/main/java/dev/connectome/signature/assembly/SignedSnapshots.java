package dev.connectome.signature.assembly;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The snapshots of an attempt whose connectomes are kept for later distances: the first, and the
 * two latest. Two, because a snapshot may be completed after the one that follows it, and is then
 * to be compared with the one before both; a snapshot is never assembled later than that.
 *
 * @param kept at most three snapshots, by ascending epoch
 */
public record SignedSnapshots(List<SignedSnapshot> kept) {

  /** None signed yet. */
  public static final SignedSnapshots NONE = new SignedSnapshots(List.of());

  private static final int LATEST = 2;

  /** Copies the list. */
  public SignedSnapshots {
    kept = List.copyOf(kept);
  }

  /**
   * The snapshot that a distance is taken to.
   *
   * @param epoch the epoch of the snapshot to be compared
   * @return the latest snapshot before it; empty if there is none
   */
  public Optional<SignedSnapshot> previousTo(int epoch) {
    return before(epoch).reduce((earlier, later) -> later);
  }

  /**
   * The snapshot that an attempt's whole way is measured from.
   *
   * @param epoch the epoch of the snapshot to be compared
   * @return the first snapshot of the attempt, if it lies before that epoch
   */
  public Optional<SignedSnapshot> firstBefore(int epoch) {
    return before(epoch).findFirst();
  }

  /**
   * Adds a snapshot and lets go of what no later one can be compared with.
   *
   * @param snapshot the snapshot that was signed
   * @return those still to be kept
   */
  public SignedSnapshots with(SignedSnapshot snapshot) {
    List<SignedSnapshot> all =
        Stream.concat(kept.stream(), Stream.of(snapshot))
            .sorted(Comparator.comparingInt(SignedSnapshot::epoch))
            .toList();
    Set<SignedSnapshot> needed = new LinkedHashSet<>();
    needed.add(all.get(0));
    needed.addAll(all.subList(Math.max(0, all.size() - LATEST), all.size()));
    return new SignedSnapshots(List.copyOf(needed));
  }

  /**
   * The epochs of the snapshots.
   *
   * @return a set
   */
  public Set<Integer> epochs() {
    return kept.stream().map(SignedSnapshot::epoch).collect(Collectors.toUnmodifiableSet());
  }

  private Stream<SignedSnapshot> before(int epoch) {
    return kept.stream().filter(snapshot -> snapshot.epoch() < epoch);
  }
}
