package dev.connectome.topology;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Sorts the weights of the edges outside of the tree: a radix sort for many, since their bits order
 * as the non-negative numbers they are. Measured against {@code Arrays.sort}; see the record of the
 * decision.
 */
final class WeightSort {

  private static final int DIGIT_BITS = 10;
  private static final int DIGITS = 1 << DIGIT_BITS;
  private static final int FEW = 4 * DIGITS;

  private WeightSort() {}

  /**
   * Writes all weights but those of some edges into {@code sorted}, ascending; three passes, O(n)
   * time.
   *
   * @param weights values in [0, 1]
   * @param without places in {@code weights}, ascending
   * @param sorted as many values as are left
   * @param scratch room for as many values
   */
  static void sortOthers(float[] weights, int[] without, float[] sorted, IntBuffer scratch) {
    if (sorted.length < FEW) {
      copyOthers(weights, without, sorted);
      Arrays.sort(sorted);
      return;
    }
    var low = new int[DIGITS];
    var middle = new int[DIGITS];
    var high = new int[DIGITS];
    count(weights, low, middle, high);
    for (int place : without) {
      int bits = Float.floatToRawIntBits(weights[place]);
      low[bits & DIGITS - 1]--;
      middle[bits >>> DIGIT_BITS & DIGITS - 1]--;
      high[bits >>> 2 * DIGIT_BITS]--;
    }
    toPlaces(low);
    toPlaces(middle);
    toPlaces(high);
    int from = 0;
    for (int place : without) {
      scatterByLow(weights, from, place, low, sorted);
      from = place + 1;
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
      float[] weights, int from, int to, int[] places, float[] target) {
    for (int i = from; i < to; i++) {
      float weight = weights[i];
      target[places[Float.floatToRawIntBits(weight) & DIGITS - 1]++] = weight;
    }
  }

  private static void scatterByMiddle(float[] source, int[] places, IntBuffer target) {
    for (float weight : source) {
      int bits = Float.floatToRawIntBits(weight);
      target.put(places[bits >>> DIGIT_BITS & DIGITS - 1]++, bits);
    }
  }

  private static void scatterByHigh(IntBuffer source, int[] places, float[] target) {
    for (int i = 0; i < target.length; i++) {
      int bits = source.get(i);
      target[places[bits >>> 2 * DIGIT_BITS]++] = Float.intBitsToFloat(bits);
    }
  }

  private static void copyOthers(float[] weights, int[] without, float[] others) {
    int read = 0;
    int written = 0;
    for (int place : without) {
      int between = place - read;
      System.arraycopy(weights, read, others, written, between);
      read = place + 1;
      written += between;
    }
    System.arraycopy(weights, read, others, written, weights.length - read);
  }

  /** Turns the count of each digit into the place of its first value. */
  private static void toPlaces(int[] counts) {
    int place = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      int count = counts[digit];
      counts[digit] = place;
      place += count;
    }
  }
}
