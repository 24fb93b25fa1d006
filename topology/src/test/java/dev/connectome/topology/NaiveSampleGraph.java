package dev.connectome.topology;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** The definitions written down, in double precision, slowly. */
final class NaiveSampleGraph {

  private NaiveSampleGraph() {}

  static int[] neighbours(float[][] points, int k) {
    int samples = points.length;
    return IntStream.range(0, samples)
        .flatMap(
            i ->
                IntStream.range(0, samples)
                    .filter(j -> j != i)
                    .boxed()
                    .sorted(
                        Comparator.comparingDouble((Integer j) -> distance(points, i, j))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .sorted()
                    .mapToInt(Integer::intValue))
        .toArray();
  }

  /** The total length of the minimum spanning tree, by Kruskal's algorithm. */
  static double treeLength(float[][] points) {
    int samples = points.length;
    int[] component = IntStream.range(0, samples).toArray();
    var pairs =
        IntStream.range(0, samples * samples)
            .filter(pair -> pair / samples < pair % samples)
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    (Integer pair) -> distance(points, pair / samples, pair % samples)))
            .toList();
    double length = 0;
    for (int pair : pairs) {
      int from = component[pair / samples];
      int to = component[pair % samples];
      if (from != to) {
        length += distance(points, pair / samples, pair % samples);
        for (int i = 0; i < samples; i++) {
          component[i] = component[i] == from ? to : component[i];
        }
      }
    }
    return length;
  }

  static double turnover(int[] now, int[] before, int k) {
    int fresh = 0;
    for (int i = 0; i < now.length / k; i++) {
      Set<Integer> earlier = new HashSet<>();
      for (int n = i * k; n < (i + 1) * k; n++) {
        earlier.add(before[n]);
      }
      for (int n = i * k; n < (i + 1) * k; n++) {
        fresh += earlier.contains(now[n]) ? 0 : 1;
      }
    }
    return (double) fresh / now.length;
  }

  static double agreement(int[] neighbours, int k, int[] classes) {
    double same = 0;
    for (int n = 0; n < neighbours.length; n++) {
      same += classes[n / k] == classes[neighbours[n]] ? 1 : 0;
    }
    double h = same / neighbours.length;
    double q = 0;
    for (int c : IntStream.of(classes).distinct().toArray()) {
      double share = (double) IntStream.of(classes).filter(x -> x == c).count() / classes.length;
      q += share * share;
    }
    return (h - q) / Math.max(1 - q, 0.05);
  }

  static double distance(float[][] points, int i, int j) {
    double sum = 0;
    for (int m = 0; m < points[i].length; m++) {
      double difference = (double) points[i][m] - points[j][m];
      sum += difference * difference;
    }
    return sum;
  }
}
