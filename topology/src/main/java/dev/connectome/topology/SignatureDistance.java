package dev.connectome.topology;

/**
 * The distance between two topological signatures: the 2-Wasserstein distances (not squared)
 * between their birth sets {@code B} and between their death sets {@code D}. For sets of equal size
 * that is the Euclidean distance of the sorted sets,
 *
 * <pre>
 *   birth = ‖B - B'‖₂,   death = ‖D - D'‖₂,   topological = sqrt(birth² + death²)
 * </pre>
 *
 * (Songdechakraiwut and others, ICLR 2022). Each is also given as a root mean square: divided by
 * the square root of the size of the set, or of both sets together. Distances are in units of
 * correlation; root mean squares lie in [0, 1].
 *
 * <p>If the numbers of neurons differ, the sets are compared by their quantile functions at the
 * midpoints of 4096 equal parts of [0, 1]: the root mean square is that of the differences there,
 * and the absolute distance is the root mean square times the square root of the newer set's size.
 * An empty set counts as zeros.
 *
 * @param birth the distance between the birth sets
 * @param death the distance between the death sets
 * @param topological the distance of both together
 * @param birthRms root mean square of the birth sets
 * @param deathRms root mean square of the death sets; 0 if the newer one is empty
 * @param topologicalRms root mean square of both together
 * @param byQuantiles whether the numbers of neurons differ, so that quantiles were compared
 */
public record SignatureDistance(
    double birth,
    double death,
    double topological,
    double birthRms,
    double deathRms,
    double topologicalRms,
    boolean byQuantiles) {

  private static final int QUANTILES = 4096;

  /**
   * The distance between two signatures in O(P²) time.
   *
   * @param newer a signature, whose set sizes scale the absolute distances if the sizes differ
   * @param older another signature
   * @return the distance; symmetric if both have the same number of neurons
   * @throws IllegalStateException if one has been closed
   */
  public static SignatureDistance between(TopologicalSignature newer, TopologicalSignature older) {
    int births = newer.birthCount();
    int deaths = newer.deathCount();
    boolean byQuantiles = newer.neurons() != older.neurons();
    double birth = distance(newer.sharedBirths(), older.sharedBirths(), byQuantiles);
    double death = distance(newer.sharedDeaths(), older.sharedDeaths(), byQuantiles);
    double topological = Math.hypot(birth, death);
    return new SignatureDistance(
        birth,
        death,
        topological,
        birth / Math.sqrt(births),
        deaths == 0 ? 0 : death / Math.sqrt(deaths),
        topological / Math.sqrt((double) births + deaths),
        byQuantiles);
  }

  private static double distance(float[] newer, float[] older, boolean byQuantiles) {
    if (!byQuantiles) {
      return EuclideanDistance.between(newer, older);
    }
    double squares = 0;
    for (int i = 0; i < QUANTILES; i++) {
      double probability = (i + 0.5) / QUANTILES;
      double difference = Quantiles.at(newer, probability) - Quantiles.at(older, probability);
      squares += difference * difference;
    }
    return Math.sqrt(squares / QUANTILES * newer.length);
  }
}
