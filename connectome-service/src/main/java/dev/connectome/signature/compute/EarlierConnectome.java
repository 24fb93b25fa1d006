package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.TopologicalSignature;

/**
 * What a later snapshot of the same attempt is compared with.
 *
 * @param epoch the epoch of the snapshot, from 1
 * @param connectome its connectome
 * @param sets its birth and death sets, which follow from the connectome
 */
public record EarlierConnectome(
    int epoch, FunctionalConnectome connectome, TopologicalSignature sets) {

  /** How much memory the weights of both take, about. */
  long bytes() {
    return 2L * Float.BYTES * (sets.birthCount() + sets.deathCount());
  }
}
