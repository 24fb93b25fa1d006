package dev.connectome.topology;

import java.nio.FloatBuffer;
import java.util.HashMap;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The inputs of a snapshot as points: the columns of one layer, as they are and centred. The
 * centred values are divided by a power of two that brings the largest near 1, so that no square
 * overflows or vanishes.
 */
final class LayerPoints {

  private final int samples;
  private final int width;
  private final float[] values;
  private final float[] centred;

  private LayerPoints(int samples, int width, float[] values, float[] centred) {
    this.samples = samples;
    this.width = width;
    this.values = values;
    this.centred = centred;
  }

  /** Reads the columns {@code first} to {@code first + width - 1}. */
  static LayerPoints of(ActivationMatrix activations, int first, int width) {
    int samples = activations.samples();
    var values = new float[Math.multiplyExact(samples, width)];
    var row = new float[activations.neurons()];
    var means = new double[width];
    for (int sample = 0; sample < samples; sample++) {
      activations.row(sample, row);
      System.arraycopy(row, first, values, sample * width, width);
      add(row, first, means);
    }
    for (int m = 0; m < width; m++) {
      means[m] /= samples;
      if (!Double.isFinite(means[m])) {
        throw nonFinite(values, first, width, m);
      }
    }
    return new LayerPoints(samples, width, values, centred(values, means));
  }

  private static void add(float[] row, int first, double[] sums) {
    for (int m = 0; m < sums.length; m++) {
      sums[m] += row[first + m];
    }
  }

  private static float[] centred(float[] values, double[] means) {
    double largest = 0;
    for (int begin = 0; begin < values.length; begin += means.length) {
      largest = Math.max(largest, largestDifference(values, begin, means));
    }
    double scale = largest == 0 ? 1 : Math.scalb(1.0, -Math.getExponent(largest));
    var centred = new float[values.length];
    for (int begin = 0; begin < values.length; begin += means.length) {
      centre(values, begin, means, scale, centred);
    }
    return centred;
  }

  private static double largestDifference(float[] values, int begin, double[] means) {
    double largest = 0;
    for (int m = 0; m < means.length; m++) {
      largest = Math.max(largest, Math.abs(values[begin + m] - means[m]));
    }
    return largest;
  }

  private static void centre(
      float[] values, int begin, double[] means, double scale, float[] centred) {
    for (int m = 0; m < means.length; m++) {
      centred[begin + m] = (float) ((values[begin + m] - means[m]) * scale);
    }
  }

  private static NonFiniteActivationException nonFinite(
      float[] values, int first, int width, int column) {
    int sample = 0;
    while (Float.isFinite(values[sample * width + column])) {
      sample++;
    }
    return new NonFiniteActivationException(
        sample, first + column, values[sample * width + column]);
  }

  int samples() {
    return samples;
  }

  int width() {
    return width;
  }

  void writeCentred(FloatPointer target) {
    target.put(centred, 0, centred.length);
  }

  float[] squaredNorms() {
    var norms = new float[samples];
    for (int i = 0; i < samples; i++) {
      double sum = 0;
      for (int m = i * width; m < (i + 1) * width; m++) {
        sum += (double) centred[m] * centred[m];
      }
      norms[i] = (float) sum;
    }
    return norms;
  }

  /** The squared distance of two inputs in double precision, not scaled. */
  double squaredDistance(int i, int j) {
    double sum = 0;
    int a = i * width;
    int b = j * width;
    for (int m = 0; m < width; m++) {
      double difference = (double) values[a + m] - values[b + m];
      sum += difference * difference;
    }
    return sum;
  }

  /** Numbers the inputs so that those with the same values have the same number, from 0. */
  int[] groups() {
    var first = new HashMap<FloatBuffer, Integer>();
    var groups = new int[samples];
    for (int i = 0; i < samples; i++) {
      var point = FloatBuffer.wrap(values, i * width, width).slice();
      Integer known = first.putIfAbsent(point, first.size());
      groups[i] = known == null ? first.size() - 1 : known;
    }
    return groups;
  }
}
