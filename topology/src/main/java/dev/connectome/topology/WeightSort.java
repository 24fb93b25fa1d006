package dev.connectome.topology;

import java.util.Arrays;

/**
 * Sorts weights: a radix sort for many, since their bits order as the non-negative numbers they
 * are.
 */
final class WeightSort {

  private static final int DIGIT_BITS = 10;
  private static final int DIGITS = 1 << DIGIT_BITS;
  private static final int FEW = 4 * DIGITS;

  private WeightSort() {}

  /** Sorts values in [0, 1] into ascending order; three passes, O(n) time and space. */
  static void sort(float[] weights) {
    if (weights.length < FEW) {
      Arrays.sort(weights);
      return;
    }
    var from = new int[weights.length];
    for (int i = 0; i < weights.length; i++) {
      // Adding zero turns a negative zero into a positive one.
      from[i] = Float.floatToRawIntBits(weights[i] + 0f);
    }
    var to = new int[weights.length];
    // The bits of 1.0 end below the thirtieth.
    for (int shift = 0; shift < 3 * DIGIT_BITS; shift += DIGIT_BITS) {
      pass(from, to, shift);
      int[] swapped = from;
      from = to;
      to = swapped;
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(from[i]);
    }
  }

  private static void pass(int[] from, int[] to, int shift) {
    var place = new int[DIGITS + 1];
    for (int bits : from) {
      place[(bits >>> shift & DIGITS - 1) + 1]++;
    }
    for (int digit = 0; digit < DIGITS; digit++) {
      place[digit + 1] += place[digit];
    }
    for (int bits : from) {
      to[place[bits >>> shift & DIGITS - 1]++] = bits;
    }
  }
}
