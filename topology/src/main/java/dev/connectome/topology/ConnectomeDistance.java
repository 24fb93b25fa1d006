package dev.connectome.topology;

/**
 * The Euclidean distance between two functional connectomes, edge by edge: {@code sqrt(Σ_{i<j}
 * (C(i,j) - C'(i,j))²)}. Unlike a {@link SignatureDistance} it compares each neuron with itself,
 * and so serves as a control for topological distances.
 */
public final class ConnectomeDistance {

  private ConnectomeDistance() {}

  /**
   * The distance between two connectomes, summed in double precision in O(P²) time.
   *
   * @param a a connectome of P neurons
   * @param b another one, of the same P neurons
   * @return the distance, from 0 to sqrt(P(P-1)/2)
   * @throws IllegalArgumentException if the numbers of neurons differ
   * @throws IllegalStateException if one has been closed
   */
  public static double between(FunctionalConnectome a, FunctionalConnectome b) {
    if (a.neurons() != b.neurons()) {
      throw new IllegalArgumentException(
          "connectomes of %d and %d neurons cannot be compared edge by edge"
              .formatted(a.neurons(), b.neurons()));
    }
    return EuclideanDistance.between(a.triangle(), b.triangle());
  }
}
