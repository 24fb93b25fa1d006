package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;
import dev.connectome.topology.TopologicalSignature;

/** What became of a complete snapshot. */
public sealed interface Computation {

  /**
   * It has a signature.
   *
   * @param signature what is published of it
   * @param connectome its connectome, for comparisons to come
   * @param sets its birth and death sets, for the same
   */
  record Signed(
      SnapshotSignature signature, FunctionalConnectome connectome, TopologicalSignature sets)
      implements Computation {}

  /**
   * It has none, because an activation is NaN or infinite.
   *
   * @param message which one, for people
   */
  record NonFinite(String message) implements Computation {}
}
