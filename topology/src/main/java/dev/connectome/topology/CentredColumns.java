package dev.connectome.topology;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Subtracts the mean from every column of a snapshot, in two passes over it.
 *
 * <p>All sums are compensated: a float32 sum, and the sum of the rounding errors of its additions
 * (Knuth's TwoSum), together about as accurate as double precision. So a mean a thousand times the
 * deviation costs no accuracy, and the loops use only single precision, which the compiler
 * vectorises. Each loop over a row is a small method of its own, so that it is compiled early.
 */
final class CentredColumns {

  private final float[] row;
  private final float[] first;
  private final float[] range;
  private final float[] sum;
  private final float[] error;
  private final float[] scale;
  private final float[] high;
  private final float[] low;
  private final float[] inverseNorm;

  CentredColumns(int neurons) {
    row = new float[neurons];
    first = new float[neurons];
    range = new float[neurons];
    sum = new float[neurons];
    error = new float[neurons];
    scale = new float[neurons];
    high = new float[neurons];
    low = new float[neurons];
    inverseNorm = new float[neurons];
  }

  int neurons() {
    return row.length;
  }

  /**
   * Writes the centred columns, each multiplied by a power of two that scales its values to about
   * 1, so that no product of them overflows.
   *
   * @return the inverse of the norm of each column written; 0 for a constant one
   */
  float[] write(ActivationMatrix activations, FloatPointer centred) {
    sum(activations);
    for (int neuron = 0; neuron < row.length; neuron++) {
      double mean = mean(activations, neuron);
      float power = powerOfTwo(range[neuron]);
      scale[neuron] = power;
      high[neuron] = (float) mean;
      low[neuron] = (float) (mean - high[neuron]) * power;
      high[neuron] *= power;
      sum[neuron] = 0;
      error[neuron] = 0;
    }
    for (int sample = 0; sample < activations.samples(); sample++) {
      activations.row(sample, row);
      centre(row, scale, high, low);
      addSquares(row, sum, error);
      centred.position((long) sample * row.length).put(row, 0, row.length);
    }
    centred.position(0);
    for (int neuron = 0; neuron < row.length; neuron++) {
      double squares = (double) sum[neuron] + error[neuron];
      inverseNorm[neuron] = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
    }
    return inverseNorm;
  }

  private void sum(ActivationMatrix activations) {
    activations.row(0, first);
    for (int neuron = 0; neuron < row.length; neuron++) {
      range[neuron] = 0;
      sum[neuron] = 0;
      error[neuron] = 0;
    }
    for (int sample = 0; sample < activations.samples(); sample++) {
      activations.row(sample, row);
      add(row, sum, error);
      addToRange(row, first, range);
    }
  }

  private double mean(ActivationMatrix activations, int neuron) {
    double total = (double) sum[neuron] + error[neuron];
    if (!Double.isFinite(total)) {
      total = sumInDoublePrecision(activations, neuron);
    }
    return total / activations.samples();
  }

  /**
   * For a column whose sum exceeds the range of float32, or that has a value that is not finite.
   */
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

  /** The power of two that scales the range of a column to about 1; 0 for a constant column. */
  private static float powerOfTwo(float range) {
    if (range == 0) {
      return 0;
    }
    int exponent = Math.getExponent(Math.min(range, Float.MAX_VALUE));
    return Math.scalb(1f, Math.min(-exponent, Float.MAX_EXPONENT - 1));
  }

  private static void add(float[] row, float[] sum, float[] error) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      float before = sum[neuron];
      float value = row[neuron];
      float after = before + value;
      float added = after - before;
      error[neuron] += (before - (after - added)) + (value - added);
      sum[neuron] = after;
    }
  }

  private static void addSquares(float[] row, float[] sum, float[] error) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      float before = sum[neuron];
      float value = row[neuron] * row[neuron];
      float after = before + value;
      float added = after - before;
      error[neuron] += (before - (after - added)) + (value - added);
      sum[neuron] = after;
    }
  }

  /** Updates the greatest difference from the first value. */
  private static void addToRange(float[] row, float[] first, float[] range) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      range[neuron] = Math.max(range[neuron], Math.abs(row[neuron] - first[neuron]));
    }
  }

  private static void centre(float[] row, float[] scale, float[] high, float[] low) {
    for (int neuron = 0; neuron < row.length; neuron++) {
      row[neuron] = row[neuron] * scale[neuron] - high[neuron] - low[neuron];
    }
  }
}
