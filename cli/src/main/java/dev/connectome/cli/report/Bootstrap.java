package dev.connectome.cli.report;

import com.google.common.math.Quantiles;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Percentile bootstrap (Efron and Tibshirani 1993, chapter 13). The same values always give the
 * same estimate.
 */
public final class Bootstrap {
  private static final int RESAMPLES = 10_000;
  private static final int TAIL = RESAMPLES / 40;
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
    double[] drawn = new double[values.size()];
    double[] medians =
        resampled(
            random -> {
              Arrays.setAll(drawn, draw -> values.get(random.nextInt(drawn.length)));
              return Quantiles.median().computeInPlace(drawn);
            });
    return new MedianEstimate(Quantiles.median().compute(values), low(medians), high(medians));
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
    double[] means =
        resampled(
            random -> {
              double sum = 0;
              int count = 0;
              for (int draw = 0; draw < sums.length; draw++) {
                int group = random.nextInt(sums.length);
                sum += sums[group];
                count += counts[group];
              }
              return count == 0 ? Double.NaN : sum / count;
            });
    double mean = Arrays.stream(sums).sum() / IntStream.of(counts).sum();
    return new Estimate(mean, low(means), high(means));
  }

  private static double[] resampled(ToDoubleFunction<Random> statistic) {
    Random random = new Random(SEED);
    double[] values = new double[RESAMPLES];
    Arrays.setAll(values, resample -> statistic.applyAsDouble(random));
    Arrays.sort(values);
    return values;
  }

  private static double low(double[] sorted) {
    return sorted[TAIL];
  }

  private static double high(double[] sorted) {
    return sorted[RESAMPLES - 1 - TAIL];
  }
}
