package dev.connectome.signature.assembly;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The snapshots of an attempt whose connectomes are kept for later distances: the first and the two
 * latest. Two, because a snapshot may be completed after the one that follows it and is then
 * compared with the one before both; no snapshot is completed later than that.
 *
 * @param snapshots at most three, by ascending epoch
 */
public record SignedSnapshots(List<SignedSnapshot> snapshots) {

  /** No snapshot has been signed yet. */
  public static final SignedSnapshots NONE = new SignedSnapshots(List.of());

  private static final int LATEST = 2;

  /** Copies the list. */
  public SignedSnapshots {
    snapshots = List.copyOf(snapshots);
  }

  /** The latest snapshot before an epoch. */
  public Optional<SignedSnapshot> previousTo(int epoch) {
    return before(epoch).reduce((earlier, later) -> later);
  }

  /** The first snapshot of the attempt, if it lies before an epoch. */
  public Optional<SignedSnapshot> firstBefore(int epoch) {
    return before(epoch).findFirst();
  }

  /** Adds a snapshot and drops those that no later one can be compared with. */
  public SignedSnapshots with(SignedSnapshot snapshot) {
    List<SignedSnapshot> all =
        Stream.concat(snapshots.stream(), Stream.of(snapshot))
            .sorted(Comparator.comparingInt(SignedSnapshot::epoch))
            .toList();
    Set<SignedSnapshot> needed = new LinkedHashSet<>();
    needed.add(all.get(0));
    needed.addAll(all.subList(Math.max(0, all.size() - LATEST), all.size()));
    return new SignedSnapshots(List.copyOf(needed));
  }

  public Set<Integer> epochs() {
    return snapshots.stream().map(SignedSnapshot::epoch).collect(Collectors.toUnmodifiableSet());
  }

  private Stream<SignedSnapshot> before(int epoch) {
    return snapshots.stream().filter(snapshot -> snapshot.epoch() < epoch);
  }
}
