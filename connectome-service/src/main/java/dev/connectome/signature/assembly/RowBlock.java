package dev.connectome.signature.assembly;

/**
 * The rows of a snapshot that one batch holds.
 *
 * @param index the number of the batch in its snapshot, from 0
 * @param firstSample its first row, from 0
 * @param sampleCount how many rows it holds, from 1
 */
public record RowBlock(int index, int firstSample, int sampleCount) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public RowBlock {
    if (index < 0 || firstSample < 0 || sampleCount < 1) {
      throw new IllegalArgumentException(
          "not a block of rows: index "
              + index
              + ", firstSample "
              + firstSample
              + ", sampleCount "
              + sampleCount);
    }
  }

  public boolean overlaps(RowBlock other) {
    return firstSample < (long) other.firstSample + other.sampleCount
        && other.firstSample < (long) firstSample + sampleCount;
  }

  @Override
  public String toString() {
    return "batch "
        + index
        + " (rows "
        + firstSample
        + " to "
        + (firstSample + sampleCount - 1L)
        + ")";
  }
}
