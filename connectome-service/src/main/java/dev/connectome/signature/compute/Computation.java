package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.TopologicalSignature;

/** The result of computing a complete snapshot. */
public sealed interface Computation {

  /**
   * The snapshot has a signature.
   *
   * @param signature what is published
   * @param connectome its connectome, for later distances
   * @param sets its birth and death sets, for later distances
   */
  record Signed(
      SnapshotSignature signature, FunctionalConnectome connectome, TopologicalSignature sets)
      implements Computation {}

  /** An activation is NaN or infinite; {@code message} says which one. */
  record NonFinite(String message) implements Computation {}
}
