package dev.connectome.topology;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Sorts the weights of the edges outside the tree. Many are sorted by radix, which is faster than
 * {@code Arrays.sort}: the bits of non-negative floats have the same order as the floats.
 */
final class WeightSort {

  private static final int DIGIT_BITS = 10;
  private static final int DIGITS = 1 << DIGIT_BITS;
  private static final int MIN_RADIX_SORT_LENGTH = 4 * DIGITS;

  private WeightSort() {}

  /**
   * Writes all weights except those at some indices into {@code sorted}, ascending, in O(n) time.
   *
   * @param weights values in [0, 1]
   * @param excluded indices into {@code weights}, ascending
   * @param sorted one value for each weight that is not excluded
   * @param scratch space for as many values
   */
  static void sortOthers(float[] weights, int[] excluded, float[] sorted, IntBuffer scratch) {
    if (sorted.length < MIN_RADIX_SORT_LENGTH) {
      copyOthers(weights, excluded, sorted);
      Arrays.sort(sorted);
      return;
    }
    var low = new int[DIGITS];
    var middle = new int[DIGITS];
    var high = new int[DIGITS];
    count(weights, low, middle, high);
    for (int index : excluded) {
      int bits = Float.floatToRawIntBits(weights[index]);
      low[bits & DIGITS - 1]--;
      middle[bits >>> DIGIT_BITS & DIGITS - 1]--;
      high[bits >>> 2 * DIGIT_BITS]--;
    }
    toFirstIndices(low);
    toFirstIndices(middle);
    toFirstIndices(high);
    int from = 0;
    for (int index : excluded) {
      scatterByLow(weights, from, index, low, sorted);
      from = index + 1;
    }
    scatterByLow(weights, from, weights.length, low, sorted);
    scatterByMiddle(sorted, middle, scratch);
    scatterByHigh(scratch, high, sorted);
  }

  private static void count(float[] weights, int[] low, int[] middle, int[] high) {
    for (float weight : weights) {
      int bits = Float.floatToRawIntBits(weight);
      low[bits & DIGITS - 1]++;
      middle[bits >>> DIGIT_BITS & DIGITS - 1]++;
      // The bits of 1.0 end below the thirtieth.
      high[bits >>> 2 * DIGIT_BITS]++;
    }
  }

  private static void scatterByLow(
      float[] weights, int from, int to, int[] indices, float[] target) {
    for (int i = from; i < to; i++) {
      float weight = weights[i];
      target[indices[Float.floatToRawIntBits(weight) & DIGITS - 1]++] = weight;
    }
  }

  private static void scatterByMiddle(float[] source, int[] indices, IntBuffer target) {
    for (float weight : source) {
      int bits = Float.floatToRawIntBits(weight);
      target.put(indices[bits >>> DIGIT_BITS & DIGITS - 1]++, bits);
    }
  }

  private static void scatterByHigh(IntBuffer source, int[] indices, float[] target) {
    for (int i = 0; i < target.length; i++) {
      int bits = source.get(i);
      target[indices[bits >>> 2 * DIGIT_BITS]++] = Float.intBitsToFloat(bits);
    }
  }

  private static void copyOthers(float[] weights, int[] excluded, float[] others) {
    int read = 0;
    int written = 0;
    for (int index : excluded) {
      int between = index - read;
      System.arraycopy(weights, read, others, written, between);
      read = index + 1;
      written += between;
    }
    System.arraycopy(weights, read, others, written, weights.length - read);
  }

  /** Replaces the count of each digit with the index of its first value. */
  private static void toFirstIndices(int[] counts) {
    int index = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      int count = counts[digit];
      counts[digit] = index;
      index += count;
    }
  }
}
