package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.NeighbourTable;
import dev.connectome.topology.TopologicalSignature;
import java.util.Optional;

/**
 * An earlier snapshot of the same attempt, to which later ones are compared.
 *
 * @param epoch its epoch, from 1
 * @param connectome its connectome
 * @param sets its birth and death sets, which follow from the connectome
 * @param neighbours the neighbours of its inputs, if they were computed
 */
public record EarlierConnectome(
    int epoch,
    FunctionalConnectome connectome,
    TopologicalSignature sets,
    Optional<NeighbourTable> neighbours) {

  /** The memory of all weights, those of the connectome and of the sets, and of the neighbours. */
  long bytes() {
    long pairs = neighbours.map(table -> (long) table.samples() * table.k()).orElse(0L);
    return 2L * Float.BYTES * (sets.birthCount() + sets.deathCount()) + Integer.BYTES * pairs;
  }
}
