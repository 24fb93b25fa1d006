package dev.connectome.topology;

/** The quantile function of a sorted set. */
final class Quantiles {

  private Quantiles() {}

  /**
   * The value at index {@code probability * (n - 1)} of the ascending set, interpolated linearly; 0
   * for an empty set.
   *
   * @param probability in [0, 1]
   */
  static double at(float[] ascending, double probability) {
    if (ascending.length == 0) {
      return 0;
    }
    double index = probability * (ascending.length - 1);
    int below = (int) index;
    if (below + 1 >= ascending.length) {
      return ascending[ascending.length - 1];
    }
    double fraction = index - below;
    return (1 - fraction) * ascending[below] + fraction * ascending[below + 1];
  }
}
