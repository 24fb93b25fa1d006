package dev.connectome.cli.signature;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureLevels;
import org.jspecify.annotations.Nullable;

/**
 * What is printed for one file.
 *
 * @param samples N
 * @param neurons P
 * @param distance from the file before; absent for the first
 */
record SnapshotReport(
    String file,
    int samples,
    int neurons,
    Levels births,
    Levels deaths,
    @Nullable Distance distance) {

  /**
   * Levels of a set.
   *
   * @param count the size of the set
   * @param quantiles 65 of them, ascending; none for an empty set
   */
  @SuppressWarnings("ArrayRecordComponent") // Only written out, never compared.
  record Levels(int count, double mean, double standardDeviation, float[] quantiles) {
    static Levels of(int count, SignatureLevels levels) {
      return new Levels(count, levels.mean(), levels.standardDeviation(), levels.quantiles());
    }
  }

  /** Between two snapshots; no connectome distance where the numbers of neurons differ. */
  record Distance(@JsonUnwrapped SignatureDistance signature, @Nullable Double connectome) {}
}
