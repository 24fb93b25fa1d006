package dev.connectome.topology;

/**
 * How far one signature is from another: the 2-Wasserstein distances (not squared) between their
 * birth sets and between their death sets, which for sets of equal size is the Euclidean distance
 * of the sorted sets,
 *
 * <pre>
 *   birth = ‖B - B'‖₂,   death = ‖D - D'‖₂,   topological = sqrt(birth² + death²)
 * </pre>
 *
 * and the same as root mean square: divided by the square root of the size of the set, or of both
 * sets together.
 *
 * <p>Where the numbers of neurons differ the sets are compared by their quantile functions, at the
 * middles of 4096 equal parts of [0, 1]: the root mean square is that of the differences there, and
 * the absolute distance is the root mean square times the square root of the newer set's size. An
 * empty set counts as zeros.
 *
 * @param birth between the birth sets
 * @param death between the death sets
 * @param topological of both together
 * @param birthRms root mean square of the birth sets
 * @param deathRms root mean square of the death sets; 0 if they are empty
 * @param topologicalRms root mean square of both together
 * @param byQuantiles whether the numbers of neurons differ
 */
public record SignatureDistance(
    double birth,
    double death,
    double topological,
    double birthRms,
    double deathRms,
    double topologicalRms,
    boolean byQuantiles) {

  private static final int GRID = 4096;

  /**
   * The distance between two signatures.
   *
   * @param newer a signature, whose set sizes scale the absolute distances if the other's differ
   * @param older another
   * @return the distance; symmetric if both have as many neurons
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
    for (int i = 0; i < GRID; i++) {
      double probability = (i + 0.5) / GRID;
      double difference = Quantiles.at(newer, probability) - Quantiles.at(older, probability);
      squares += difference * difference;
    }
    return Math.sqrt(squares / GRID * newer.length);
  }
}
