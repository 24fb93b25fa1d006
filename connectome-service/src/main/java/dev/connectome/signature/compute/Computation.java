package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.TopologicalSignature;
import java.util.Optional;

/** The result of computing a complete snapshot. */
public sealed interface Computation {

  /**
   * The snapshot has a signature.
   *
   * @param signature what is published
   * @param connectome its connectome, for later distances
   * @param sets its birth and death sets, for later distances
   * @param neighbours the neighbours of its inputs, for the next turnover, if they were computed
   */
  record Signed(
      SnapshotSignature signature,
      FunctionalConnectome connectome,
      TopologicalSignature sets,
      Optional<NeighbourTable> neighbours)
      implements Computation {}

  /** An activation is NaN or infinite; {@code message} says which one. */
  record NonFinite(String message) implements Computation {}
}
