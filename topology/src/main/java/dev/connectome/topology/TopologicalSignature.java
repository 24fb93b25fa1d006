package dev.connectome.topology;

/**
 * The topological signature of a functional connectome: its birth set, the P-1 weights of the
 * maximum spanning tree, and its death set, the (P-1)(P-2)/2 weights of all other edges, each
 * ascending. Which set a weight is in follows the edge, never the value, so zeros and ties change
 * no size. Immutable.
 */
public final class TopologicalSignature {

  private final int neurons;
  private final float[] births;
  private final float[] deaths;

  private TopologicalSignature(int neurons, float[] births, float[] deaths) {
    this.neurons = neurons;
    this.births = births;
    this.deaths = deaths;
  }

  /**
   * Computes a signature in O(P²) time.
   *
   * @param connectome the connectome
   * @return its signature
   */
  public static TopologicalSignature of(FunctionalConnectome connectome) {
    float[] triangle = connectome.triangle();
    int[] tree = MaximumSpanningTree.edges(connectome);
    var births = new float[tree.length];
    var deaths = new float[triangle.length - tree.length];
    int read = 0;
    int written = 0;
    for (int i = 0; i < tree.length; i++) {
      births[i] = triangle[tree[i]];
      int between = tree[i] - read;
      System.arraycopy(triangle, read, deaths, written, between);
      read += between + 1;
      written += between;
    }
    System.arraycopy(triangle, read, deaths, written, triangle.length - read);
    WeightSort.sort(births);
    WeightSort.sort(deaths);
    return new TopologicalSignature(connectome.neurons(), births, deaths);
  }

  /**
   * P.
   *
   * @return the number of neurons, 2 or more
   */
  public int neurons() {
    return neurons;
  }

  /**
   * The size of the birth set.
   *
   * @return P-1
   */
  public int birthCount() {
    return births.length;
  }

  /**
   * The size of the death set.
   *
   * @return (P-1)(P-2)/2; 0 for two neurons
   */
  public int deathCount() {
    return deaths.length;
  }

  /**
   * The birth set.
   *
   * @return a copy, ascending
   */
  public float[] births() {
    return births.clone();
  }

  /**
   * The death set.
   *
   * @return a copy, ascending
   */
  public float[] deaths() {
    return deaths.clone();
  }

  /**
   * Levels of the birth set.
   *
   * @return the levels
   */
  public SignatureLevels birthLevels() {
    return SignatureLevels.of(births);
  }

  /**
   * Levels of the death set.
   *
   * @return the levels
   */
  public SignatureLevels deathLevels() {
    return SignatureLevels.of(deaths);
  }

  /** The birth set itself, not to be changed. */
  float[] sharedBirths() {
    return births;
  }

  /** The death set itself, not to be changed. */
  float[] sharedDeaths() {
    return deaths;
  }
}
