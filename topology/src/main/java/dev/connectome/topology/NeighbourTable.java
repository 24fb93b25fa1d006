package dev.connectome.topology;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The k nearest others of each of N inputs, without their order. Immutable; N · k ints, which is
 * what has to be kept of a snapshot to compare the next one with it.
 */
public final class NeighbourTable {

  private final int samples;
  private final int k;
  private final int[] neighbours;

  private NeighbourTable(int samples, int k, int[] neighbours) {
    this.samples = samples;
    this.k = k;
    this.neighbours = neighbours;
  }

  /**
   * Makes a table.
   *
   * @param samples N
   * @param k neighbours of each input, less than N
   * @param neighbours N · k inputs, from 0: those of input 0 in any order, then those of input 1,
   *     ...
   * @throws IllegalArgumentException if there are more or fewer than N · k, or one is no other
   *     input
   */
  public static NeighbourTable of(int samples, int k, int[] neighbours) {
    if (samples < 1 || k < 0 || k >= samples || neighbours.length != (long) samples * k) {
      throw new IllegalArgumentException(
          "%d values are no table of %d inputs with %d neighbours each"
              .formatted(neighbours.length, samples, k));
    }
    int[] sorted = neighbours.clone();
    for (int i = 0; i < samples; i++) {
      Arrays.sort(sorted, i * k, (i + 1) * k);
      int before = -1;
      for (int n = i * k; n < (i + 1) * k; n++) {
        if (sorted[n] <= before || sorted[n] >= samples || sorted[n] == i) {
          throw new IllegalArgumentException(
              "%d cannot be a neighbour of input %d of %d".formatted(sorted[n], i, samples));
        }
        before = sorted[n];
      }
    }
    return new NeighbourTable(samples, k, sorted);
  }

  /** N. */
  public int samples() {
    return samples;
  }

  /** Neighbours of each input. */
  public int k() {
    return k;
  }

  /** The N · k neighbours: those of input 0 in ascending order, then those of input 1, ... */
  public int[] toArray() {
    return neighbours.clone();
  }

  /**
   * The share of this table's (input, neighbour) pairs that an earlier one does not have, in [0,
   * 1]. It needs no classes, and does not depend on the scale, the width or the rotation of the
   * layer nor on the order of its neurons.
   *
   * @return empty if the tables are of different shapes or have no pairs
   */
  public OptionalDouble turnoverSince(NeighbourTable earlier) {
    if (samples != earlier.samples || k != earlier.k || k == 0) {
      return OptionalDouble.empty();
    }
    int kept = 0;
    for (int i = 0; i < samples; i++) {
      int mine = i * k;
      int other = i * k;
      int end = mine + k;
      while (mine < end && other < end) {
        int difference = neighbours[mine] - earlier.neighbours[other];
        kept += difference == 0 ? 1 : 0;
        mine += difference <= 0 ? 1 : 0;
        other += difference >= 0 ? 1 : 0;
      }
    }
    return OptionalDouble.of(1 - (double) kept / neighbours.length);
  }

  /** How many of the pairs are of one class. */
  long pairsOfOneClass(int[] classes) {
    long same = 0;
    for (int n = 0; n < neighbours.length; n++) {
      same += classes[n / k] == classes[neighbours[n]] ? 1 : 0;
    }
    return same;
  }
}
