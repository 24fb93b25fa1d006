package dev.connectome.topology;

/** The Euclidean distance between two arrays of one length, summed in double precision. */
final class EuclideanDistance {

  private EuclideanDistance() {}

  static double between(float[] a, float[] b) {
    // Four independent sums, so that no addition waits for the one before.
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i < a.length - 3; i += 4) {
      first += square((double) a[i] - b[i]);
      second += square((double) a[i + 1] - b[i + 1]);
      third += square((double) a[i + 2] - b[i + 2]);
      fourth += square((double) a[i + 3] - b[i + 3]);
    }
    for (; i < a.length; i++) {
      first += square((double) a[i] - b[i]);
    }
    return Math.sqrt(first + second + third + fourth);
  }

  private static double square(double value) {
    return value * value;
  }
}
