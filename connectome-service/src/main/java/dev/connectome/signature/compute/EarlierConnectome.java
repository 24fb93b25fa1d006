package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.TopologicalSignature;

/**
 * An earlier snapshot of the same attempt, to which distances are computed.
 *
 * @param epoch its epoch, from 1
 * @param connectome its connectome
 * @param sets its birth and death sets, which follow from the connectome
 */
public record EarlierConnectome(
    int epoch, FunctionalConnectome connectome, TopologicalSignature sets) {

  /** The memory of all weights, those of the connectome and of the sets. */
  long bytes() {
    return 2L * Float.BYTES * (sets.birthCount() + sets.deathCount());
  }
}
