package dev.connectome.cli.report;

import com.google.common.math.Quantiles;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Percentile bootstrap with 10,000 resamples (Efron and Tibshirani 1993, chapter 13). The seed is
 * fixed: the same values always give the same estimate.
 */
public final class Bootstrap {
  private static final int RESAMPLES = 10_000;
  private static final int TAIL = RESAMPLES / 40;
  private static final long SEED = 20_250_806;

  private Bootstrap() {}

  /** A mean and its 95 % confidence interval. */
  public record Estimate(double mean, double low, double high) {}

  /** A median and its 95 % confidence interval. */
  public record MedianEstimate(double median, double low, double high) {}

  /**
   * Estimates a median. With one value the interval is that value alone.
   *
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
   * Estimates a mean of grouped values (Davison and Hinkley 1997, section 3.8): whole groups are
   * drawn with replacement, so that correlated values of one group do not count as independent.
   * With one group the interval is the mean alone. Takes O(groups) for each resample.
   *
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
