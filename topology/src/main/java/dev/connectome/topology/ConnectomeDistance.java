package dev.connectome.topology;

/**
 * How far one connectome is from another edge by edge, {@code sqrt(Σ_{i<j} (C(i,j) - C'(i,j))²)}:
 * the control that, unlike a signature, knows which neuron is which.
 */
public final class ConnectomeDistance {

  private ConnectomeDistance() {}

  /**
   * The distance between two connectomes.
   *
   * @param a a connectome
   * @param b another of as many neurons
   * @return the distance
   * @throws IllegalArgumentException if the numbers of neurons differ
   */
  public static double between(FunctionalConnectome a, FunctionalConnectome b) {
    if (a.neurons() != b.neurons()) {
      throw new IllegalArgumentException(
          "connectomes of %d and %d neurons have no distance".formatted(a.neurons(), b.neurons()));
    }
    return EuclideanDistance.between(a.triangle(), b.triangle());
  }
}
