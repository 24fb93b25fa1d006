package dev.connectome.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The definitions word for word, in double precision: all pairs, Kruskal, a full sort. */
final class NaiveSignature {

  final double[][] connectome;
  final double[] births;
  final double[] deaths;

  private record Edge(int i, int j, double weight) {}

  NaiveSignature(double[][] connectome) {
    this.connectome = connectome;
    int neurons = connectome.length;
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < neurons; i++) {
      for (int j = i + 1; j < neurons; j++) {
        edges.add(new Edge(i, j, connectome[i][j]));
      }
    }
    edges.sort(Comparator.comparingDouble(Edge::weight).reversed());
    var component = new int[neurons];
    Arrays.setAll(component, i -> i);
    List<Double> tree = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    for (Edge edge : edges) {
      int from = component[edge.i];
      int to = component[edge.j];
      (from == to ? others : tree).add(edge.weight);
      Arrays.setAll(component, k -> component[k] == from ? to : component[k]);
    }
    births = tree.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    deaths = others.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  static NaiveSignature of(float[][] activations) {
    int neurons = activations[0].length;
    var connectome = new double[neurons][neurons];
    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < neurons; j++) {
        connectome[i][j] = i == j ? 0 : Math.abs(correlation(activations, i, j));
      }
    }
    return new NaiveSignature(connectome);
  }

  private static double correlation(float[][] activations, int i, int j) {
    double meanI = Arrays.stream(activations).mapToDouble(row -> row[i]).average().orElseThrow();
    double meanJ = Arrays.stream(activations).mapToDouble(row -> row[j]).average().orElseThrow();
    double both = 0;
    double squaresI = 0;
    double squaresJ = 0;
    for (float[] row : activations) {
      both += (row[i] - meanI) * (row[j] - meanJ);
      squaresI += (row[i] - meanI) * (row[i] - meanI);
      squaresJ += (row[j] - meanJ) * (row[j] - meanJ);
    }
    return isConstant(activations, i) || isConstant(activations, j)
        ? 0
        : both / Math.sqrt(squaresI * squaresJ);
  }

  private static boolean isConstant(float[][] activations, int neuron) {
    return Arrays.stream(activations).allMatch(row -> row[neuron] == activations[0][neuron]);
  }
}
