package dev.connectome.topology;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The class that the network itself predicts for each input of a snapshot; no labels. Measures how
 * often inputs that the network sees as close get the same class,
 *
 * <pre>
 *   agreement = (h - q) / max(1 - q, 0.05)
 * </pre>
 *
 * <p>with h the share of pairs that are of one class and q, the {@linkplain #concentration
 * concentration}, what that share would be by chance. Without this correction, a network that has
 * not begun to learn and gives every input the same class would agree perfectly; here its agreement
 * is 0. Agreement is at most 1, and negative if close inputs get different classes more often than
 * by chance; the bound of 0.05 keeps it finite.
 */
public final class PredictedClasses {

  private static final double LEAST_CHANCE_OF_A_DIFFERENCE = 0.05;

  private final int[] classes;
  private final double concentration;

  private PredictedClasses(int[] classes) {
    this.classes = classes;
    this.concentration = concentration(classes);
  }

  /**
   * Takes the class of every input, in the order of the snapshot's rows.
   *
   * @param classes N numbers, equal for equal classes
   * @throws IllegalArgumentException if there are none
   */
  public static PredictedClasses of(int[] classes) {
    if (classes.length == 0) {
      throw new IllegalArgumentException("a snapshot needs 1 sample or more, not 0");
    }
    return new PredictedClasses(classes.clone());
  }

  private static double concentration(int[] classes) {
    int[] sorted = classes.clone();
    Arrays.sort(sorted);
    double sum = 0;
    int begin = 0;
    for (int end = 1; end <= sorted.length; end++) {
      if (end == sorted.length || sorted[end] != sorted[begin]) {
        double share = (double) (end - begin) / sorted.length;
        sum += share * share;
        begin = end;
      }
    }
    return sum;
  }

  /**
   * q = Σ over classes of (share of the inputs)²: 1 if all are of one class, 1/K if K share them.
   */
  public double concentration() {
    return concentration;
  }

  /**
   * The agreement over all pairs of an input and one of its nearest neighbours.
   *
   * @return empty if there are no neighbours
   * @throws IllegalArgumentException if the table is of another number of inputs
   */
  public OptionalDouble agreement(NeighbourTable neighbours) {
    checkSamples(neighbours.samples());
    return agreement(
        neighbours.pairsOfOneClass(classes), (long) neighbours.samples() * neighbours.k());
  }

  /**
   * The agreement over the edges of the minimum spanning tree.
   *
   * @return empty if there is no edge
   * @throws IllegalArgumentException if the tree is of another number of inputs
   */
  public OptionalDouble agreement(SampleTree tree) {
    checkSamples(tree.samples());
    return agreement(tree.pairsOfOneClass(classes), tree.samples() - 1L);
  }

  private OptionalDouble agreement(long same, long pairs) {
    if (pairs == 0) {
      return OptionalDouble.empty();
    }
    double share = (double) same / pairs;
    return OptionalDouble.of(
        (share - concentration) / Math.max(1 - concentration, LEAST_CHANCE_OF_A_DIFFERENCE));
  }

  private void checkSamples(int samples) {
    if (samples != classes.length) {
      throw new IllegalArgumentException(
          "%d classes do not belong to %d inputs".formatted(classes.length, samples));
    }
  }
}
