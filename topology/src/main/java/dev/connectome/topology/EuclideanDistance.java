package dev.connectome.topology;

/** The Euclidean distance of two arrays of the same length, summed in double precision. */
final class EuclideanDistance {

  private EuclideanDistance() {}

  static double between(float[] a, float[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }
}
