package dev.connectome.stopping;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The definitions word for word: every point is judged from the whole series before it. */
final class NaiveRules {

  private NaiveRules() {}

  /** The epochs of the points at which a rule stops. */
  static List<Integer> stopEpochs(StoppingRule rule, Series series) {
    boolean all = rule instanceof PatienceRule patience && patience.checkFinite();
    List<SeriesPoint> points =
        series.points().stream().filter(p -> all || Double.isFinite(p.value())).toList();
    double[] values = points.stream().mapToDouble(SeriesPoint::value).toArray();
    int[] epochs = points.stream().mapToInt(SeriesPoint::epoch).toArray();
    return IntStream.range(0, values.length)
        .filter(t -> stops(rule, values, epochs, t))
        .mapToObj(t -> epochs[t])
        .toList();
  }

  private static boolean stops(StoppingRule rule, double[] v, int[] epochs, int t) {
    if (rule instanceof PlateauRule plateau) {
      return held(
          t, plateau.confirm(), k -> max(v, k) > 0 && v[k] <= plateau.fraction() * max(v, k));
    }
    if (rule instanceof DiminishingRule diminishing) {
      double[] s = movingAverage(v, diminishing.smoothing());
      return held(t, diminishing.confirm(), k -> diminishes(diminishing, s, k));
    }
    if (rule instanceof SlowingRule slowing) {
      double[] s = movingAverage(v, slowing.smoothing());
      return held(t, slowing.confirm(), k -> slows(slowing, v[0], s, k));
    }
    if (rule instanceof FlatRule flat) {
      return isFlat(flat, v, t);
    }
    if (rule instanceof TroughRule trough) {
      return passedTrough(trough, movingAverage(v, trough.smoothing()), t);
    }
    return rule instanceof PatienceRule patience && runsOut(patience, v, epochs, t);
  }

  private static boolean held(int t, int confirm, IntPredicate holds) {
    return t + 1 >= confirm && IntStream.rangeClosed(t + 1 - confirm, t).allMatch(holds);
  }

  private static boolean diminishes(DiminishingRule rule, double[] s, int t) {
    if (t < rule.window() || max(s, t) <= 0 || s[t] > rule.peakFraction() * max(s, t)) {
      return false;
    }
    double start = s[t - rule.window()];
    double scale = start > 0 ? start : largestFall(s, rule.window(), t);
    return (scale > 0 ? (start - s[t]) / scale : 0) < rule.minRelativeDrop();
  }

  private static boolean slows(SlowingRule rule, double first, double[] s, int t) {
    if (t < rule.window()) {
      return false;
    }
    double fastest = largestFall(s, rule.window(), t);
    return first - s[t] >= rule.minFall() * Math.abs(first)
        && fastest > 0
        && s[t - rule.window()] - s[t] <= rule.maxPace() * fastest;
  }

  /** By the correlation of the values with time, from which the t statistic follows. */
  private static boolean isFlat(FlatRule rule, double[] v, int t) {
    int n = Math.min(rule.window(), t + 1);
    if (n < 5) {
      return false;
    }
    double[] y = Arrays.copyOfRange(v, t + 1 - n, t + 1);
    double mean = Arrays.stream(y).sum() / n;
    double products = 0;
    double squares = 0;
    double times = 0;
    for (int i = 0; i < n; i++) {
      double time = i - (n - 1) / 2.0;
      products += time * y[i];
      squares += (y[i] - mean) * (y[i] - mean);
      times += time * time;
    }
    double correlation = squares == 0 ? 0 : products / Math.sqrt(times * squares);
    double statistic =
        correlation * Math.sqrt((n - 2) / Math.max(0, 1 - correlation * correlation));
    return correlation >= 0
        || -products / times * (n - 1) < rule.minFall() * Math.abs(mean)
        || -statistic < rule.significance();
  }

  private static double largestFall(double[] s, int window, int t) {
    return IntStream.rangeClosed(window, t)
        .mapToDouble(k -> s[k - window] - s[k])
        .max()
        .orElseThrow();
  }

  private static boolean passedTrough(TroughRule rule, double[] s, int t) {
    int peak = 0;
    for (int k = 1; k <= t; k++) {
      peak = s[k] > s[peak] ? k : peak;
    }
    int trough = peak;
    for (int k = peak + 1; k <= t; k++) {
      trough = s[k] < s[trough] ? k : trough;
    }
    return s[trough] < s[peak]
        && s[trough] <= rule.peakFraction() * s[peak]
        && t - trough >= rule.confirm();
  }

  private static boolean runsOut(PatienceRule rule, double[] v, int[] epochs, int t) {
    if (epochs[t] < rule.startFromEpoch()) {
      return false;
    }
    if (!Double.isFinite(v[t])
        || better(rule, v[t], rule.stoppingThreshold().orElse(Double.NaN))
        || better(rule, rule.divergenceThreshold().orElse(Double.NaN), v[t])) {
      return true;
    }
    int from = 0;
    while (epochs[from] < rule.startFromEpoch()) {
      from++;
    }
    int waited = t + 1 - from;
    for (int k = from; k <= t; k++) {
      boolean passesBaseline =
          rule.baseline().isEmpty() || improves(rule, v[k], rule.baseline().getAsDouble());
      waited = improvesBest(rule, v, from, k) && passesBaseline ? t - k : waited;
    }
    return waited >= rule.patience() && !improvesBest(rule, v, from, t);
  }

  private static boolean improvesBest(PatienceRule rule, double[] v, int from, int t) {
    OptionalInt best = OptionalInt.empty();
    for (int k = from; k < t; k++) {
      best = improves(rule, v, k, best) ? OptionalInt.of(k) : best;
    }
    return improves(rule, v, t, best);
  }

  private static boolean improves(PatienceRule rule, double[] v, int t, OptionalInt best) {
    return Double.isFinite(v[t]) && (best.isEmpty() || improves(rule, v[t], v[best.getAsInt()]));
  }

  private static boolean improves(PatienceRule rule, double value, double reference) {
    return rule.mode() == PatienceRule.Mode.MIN
        ? value + rule.minDelta() < reference
        : value - rule.minDelta() > reference;
  }

  private static boolean better(PatienceRule rule, double value, double reference) {
    return rule.mode() == PatienceRule.Mode.MIN ? value < reference : value > reference;
  }

  private static double max(double[] values, int t) {
    return IntStream.rangeClosed(0, t).mapToDouble(k -> values[k]).max().orElseThrow();
  }

  static double[] movingAverage(double[] values, double newestWeight) {
    var average = values.clone();
    for (int t = 1; t < values.length; t++) {
      average[t] = newestWeight * values[t] + (1 - newestWeight) * average[t - 1];
    }
    return average;
  }
}
