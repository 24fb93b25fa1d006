package dev.connectome.topology;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Takes the mean from every column of a snapshot, in two passes over it.
 *
 * <p>All sums are compensated: a sum of float32 and, beside it, the sum of what each addition
 * rounded away (the error-free sum of Knuth), together as accurate as double precision. A mean a
 * thousand times the deviation thus costs no accuracy, and the loops use single precision only,
 * which the compiler turns into vector instructions. Each loop over a row is a method of its own:
 * small enough to be compiled well, and soon.
 */
final class CentredColumns {

  private final float[] row;
  private final float[] first;
  private final float[] spread;
  private final float[] sum;
  private final float[] lost;
  private final float[] factor;
  private final float[] high;
  private final float[] low;
  private final float[] inverseNorm;

  CentredColumns(int neurons) {
    row = new float[neurons];
    first = new float[neurons];
    spread = new float[neurons];
    sum = new float[neurons];
    lost = new float[neurons];
    factor = new float[neurons];
    high = new float[neurons];
    low = new float[neurons];
    inverseNorm = new float[neurons];
  }

  int neurons() {
    return row.length;
  }

  /**
   * Writes the centred columns, each multiplied with a power of two that brings its values near 1,
   * so that no product of them overflows.
   *
   * @return one over the norm of each column written; 0 for a constant one
   */
  float[] write(ActivationMatrix activations, FloatPointer centred) {
    sum(activations);
    for (int neuron = 0; neuron < row.length; neuron++) {
      double mean = mean(activations, neuron);
      float scale = factor(spread[neuron]);
      factor[neuron] = scale;
      high[neuron] = (float) mean;
      low[neuron] = (float) (mean - high[neuron]) * scale;
      high[neuron] *= scale;
      sum[neuron] = 0;
      lost[neuron] = 0;
    }
    for (int sample = 0; sample < activations.samples(); sample++) {
      activations.row(sample, row);
      centre(row, factor, high, low);
      addSquares(row, sum, lost);
      centred.position((long) sample * row.length).put(row, 0, row.length);
    }
    centred.position(0);
    for (int neuron = 0; neuron < row.length; neuron++) {
      double squares = (double) sum[neuron] + lost[neuron];
      inverseNorm[neuron] = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
    }
    return inverseNorm;
  }

  private void sum(ActivationMatrix activations) {
    activations.row(0, first);
    for (int neuron = 0; neuron < row.length; neuron++) {
      spread[neuron] = 0;
      sum[neuron] = 0;
      lost[neuron] = 0;
    }
    for (int sample = 0; sample < activations.samples(); sample++) {
      activations.row(sample, row);
      add(row, sum, lost);
      widen(row, first, spread);
    }
  }

  private double mean(ActivationMatrix activations, int neuron) {
    double total = (double) sum[neuron] + lost[neuron];
    if (!Double.isFinite(total)) {
      total = sumInDoublePrecision(activations, neuron);
    }
    return total / activations.samples();
  }

  /** For a column whose sum left the range of float32, or which is not finite itself. */
  private static double sumInDoublePrecision(ActivationMatrix activations, int neuron) {
    double total = 0;
    for (int sample = 0; sample < activations.samples(); sample++) {
      float value = activations.value(sample, neuron);
      if (!Float.isFinite(value)) {
        throw new NonFiniteActivationException(sample, neuron, value);
      }
      total += value;
    }
    return total;
  }

  /** A power of two that brings the spread near 1; 0 for a constant column. */
  private static float factor(float spread) {
    if (spread == 0) {
      return 0;
    }
    int exponent = Math.getExponent(Math.min(spread, Float.MAX_VALUE));
    return Math.scalb(1f, Math.min(-exponent, Float.MAX_EXPONENT - 1));
  }

  private static void add(float[] row, float[] sum, float[] lost) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      float before = sum[neuron];
      float value = row[neuron];
      float after = before + value;
      float added = after - before;
      lost[neuron] += (before - (after - added)) + (value - added);
      sum[neuron] = after;
    }
  }

  private static void addSquares(float[] row, float[] sum, float[] lost) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      float before = sum[neuron];
      float value = row[neuron] * row[neuron];
      float after = before + value;
      float added = after - before;
      lost[neuron] += (before - (after - added)) + (value - added);
      sum[neuron] = after;
    }
  }

  /** Widens the greatest difference from the first value. */
  private static void widen(float[] row, float[] first, float[] spread) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      spread[neuron] = Math.max(spread[neuron], Math.abs(row[neuron] - first[neuron]));
    }
  }

  private static void centre(float[] row, float[] factor, float[] high, float[] low) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      row[neuron] = row[neuron] * factor[neuron] - high[neuron] - low[neuron];
    }
  }
}
