package dev.connectome.topology;

import java.util.Arrays;

/** A summary of a birth or death set: mean, standard deviation and quantiles. Immutable. */
public final class SignatureLevels {

  /** The number of quantiles: at probabilities 0, 1/64, .. 1. */
  public static final int QUANTILES = 65;

  private final double mean;
  private final double standardDeviation;
  private final float[] quantiles;

  private SignatureLevels(double mean, double standardDeviation, float[] quantiles) {
    this.mean = mean;
    this.standardDeviation = standardDeviation;
    this.quantiles = quantiles;
  }

  static SignatureLevels of(float[] ascending) {
    if (ascending.length == 0) {
      return new SignatureLevels(0, 0, new float[0]);
    }
    double sum = 0;
    for (float weight : ascending) {
      sum += weight;
    }
    double mean = sum / ascending.length;
    double squares = 0;
    for (float weight : ascending) {
      squares += (weight - mean) * (weight - mean);
    }
    var quantiles = new float[QUANTILES];
    for (int q = 0; q < QUANTILES; q++) {
      quantiles[q] = (float) Quantiles.at(ascending, q / (QUANTILES - 1.0));
    }
    return new SignatureLevels(mean, Math.sqrt(squares / ascending.length), quantiles);
  }

  /** {@return the mean; 0 for an empty set} */
  public double mean() {
    return mean;
  }

  /** {@return the population standard deviation; 0 for an empty set} */
  public double standardDeviation() {
    return standardDeviation;
  }

  /**
   * {@return a copy of the {@link #QUANTILES} quantiles, ascending, interpolated linearly; none for
   * an empty set}
   */
  public float[] quantiles() {
    return quantiles.clone();
  }

  @Override
  public String toString() {
    return "mean %s, standard deviation %s, quantiles %s"
        .formatted(mean, standardDeviation, Arrays.toString(quantiles));
  }
}
