package dev.connectome.cli.signature;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.connectome.topology.SignatureDistance;
import dev.connectome.topology.SignatureLevels;
import org.jspecify.annotations.Nullable;

/**
 * What is printed of one file.
 *
 * @param file the file
 * @param samples N
 * @param neurons P
 * @param births levels of the birth set
 * @param deaths levels of the death set
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
   * @param count its size
   * @param mean its mean
   * @param standardDeviation its standard deviation
   * @param quantiles 65 of them, ascending; none for an empty set
   */
  @SuppressWarnings("ArrayRecordComponent") // Made to be written out, never compared.
  record Levels(int count, double mean, double standardDeviation, float[] quantiles) {
    static Levels of(int count, SignatureLevels levels) {
      return new Levels(count, levels.mean(), levels.standardDeviation(), levels.quantiles());
    }
  }

  /**
   * Distances between two snapshots.
   *
   * @param signature between the signatures
   * @param connectome between the connectomes; absent where the numbers of neurons differ
   */
  record Distance(@JsonUnwrapped SignatureDistance signature, @Nullable Double connectome) {}
}
