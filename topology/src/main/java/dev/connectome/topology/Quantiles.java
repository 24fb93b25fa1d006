package dev.connectome.topology;

/** The quantile function of a sorted set, interpolated linearly between its values. */
final class Quantiles {

  private Quantiles() {}

  /**
   * The value at place {@code probability * (n - 1)} of the ascending set; 0 for an empty set.
   *
   * @param probability in [0, 1]
   */
  static double at(float[] ascending, double probability) {
    if (ascending.length == 0) {
      return 0;
    }
    double place = probability * (ascending.length - 1);
    int below = (int) place;
    if (below + 1 >= ascending.length) {
      return ascending[ascending.length - 1];
    }
    double part = place - below;
    return (1 - part) * ascending[below] + part * ascending[below + 1];
  }
}
