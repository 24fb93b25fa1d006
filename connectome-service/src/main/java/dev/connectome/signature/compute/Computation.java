package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;

/** What became of a complete snapshot. */
public sealed interface Computation {

  /**
   * It has a signature.
   *
   * @param signature what is published of it
   * @param connectome its connectome, for comparisons to come
   */
  record Signed(SnapshotSignature signature, FunctionalConnectome connectome)
      implements Computation {}

  /**
   * It has none, because an activation is NaN or infinite.
   *
   * @param message which one, for people
   */
  record NonFinite(String message) implements Computation {}
}
