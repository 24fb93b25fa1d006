package dev.connectome.cli.statistics;

import com.google.common.math.Quantiles;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Percentile bootstrap (Efron and Tibshirani 1993, chapter 13). The same values always give the
 * same estimate.
 */
public final class Bootstrap {
  private static final int RESAMPLES = 10_000;
  private static final double TAIL = 0.025;
  private static final long SEED = 20_250_806;

  private Bootstrap() {}

  /**
   * A mean and where it lies with 95 % confidence.
   *
   * @param mean of all values
   * @param low the 2.5th percentile of the resampled means
   * @param high the 97.5th
   */
  public record Estimate(double mean, double low, double high) {}

  /**
   * A median and where it lies with 95 % confidence.
   *
   * @param median of all values
   * @param low the 2.5th percentile of the resampled medians
   * @param high the 97.5th
   */
  public record MedianEstimate(double median, double low, double high) {}

  /**
   * Estimates a median.
   *
   * @param values at least one
   * @return the median of all values and its interval; of one value, this value alone
   * @throws IllegalArgumentException if there is no value
   */
  public static MedianEstimate median(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values to take the median of");
    }
    Random random = new Random(SEED);
    double[] medians = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double[] drawn = new double[values.size()];
      Arrays.setAll(drawn, draw -> values.get(random.nextInt(drawn.length)));
      medians[resample] = Quantiles.median().computeInPlace(drawn);
    }
    Arrays.sort(medians);
    int tail = (int) (TAIL * RESAMPLES);
    return new MedianEstimate(
        Quantiles.median().compute(values), medians[tail], medians[RESAMPLES - 1 - tail]);
  }

  /**
   * Estimates a mean whose values come in groups (Davison and Hinkley 1997, section 3.8): whole
   * groups are drawn with replacement, so that values which go up and down together are not taken
   * for independent ones. With one group there is nothing to draw from, and the interval is the
   * mean alone. Takes time in proportion to the number of groups.
   *
   * @param groups the values, by group; at least one value in all
   * @return the mean of all values and its interval
   * @throws IllegalArgumentException if there is no value
   */
  public static Estimate mean(Collection<? extends List<Double>> groups) {
    double[] sums =
        groups.stream()
            .mapToDouble(group -> group.stream().mapToDouble(Double::doubleValue).sum())
            .toArray();
    int[] counts = groups.stream().mapToInt(List::size).toArray();
    if (IntStream.of(counts).sum() == 0) {
      throw new IllegalArgumentException("no values to take the mean of");
    }
    Random random = new Random(SEED);
    double[] means = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double sum = 0;
      int count = 0;
      for (int draw = 0; draw < sums.length; draw++) {
        int group = random.nextInt(sums.length);
        sum += sums[group];
        count += counts[group];
      }
      means[resample] = count == 0 ? Double.NaN : sum / count;
    }
    Arrays.sort(means);
    double mean = Arrays.stream(sums).sum() / IntStream.of(counts).sum();
    int tail = (int) (TAIL * RESAMPLES);
    return new Estimate(mean, means[tail], means[RESAMPLES - 1 - tail]);
  }
}
