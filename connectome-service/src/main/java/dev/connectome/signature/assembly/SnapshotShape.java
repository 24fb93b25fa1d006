package dev.connectome.signature.assembly;

/**
 * What all batches of one snapshot agree on.
 *
 * @param samples rows of the snapshot (N), from 1
 * @param neurons columns of the snapshot (P), from 2
 * @param batches how many batches the rows were cut into, from 1 to {@code samples}
 */
public record SnapshotShape(int samples, int neurons, int batches) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public SnapshotShape {
    if (samples < 1) {
      throw new IllegalArgumentException("samples must be at least 1, not " + samples);
    }
    if (neurons < 2) {
      throw new IllegalArgumentException("neurons must be at least 2, not " + neurons);
    }
    if (batches < 1 || batches > samples) {
      throw new IllegalArgumentException("batches must be 1 to " + samples + ", not " + batches);
    }
  }

  @Override
  public String toString() {
    return samples + " samples of " + neurons + " neurons in " + batches + " batches";
  }
}
