package dev.connectome.topology;

import java.util.Arrays;

/**
 * The maximum spanning tree of a functional connectome, by Prim's algorithm on the dense graph:
 * O(P²) time, O(P) space. Where weights tie the tree is one of several; the multiset of its weights
 * is the same for all.
 */
final class MaximumSpanningTree {

  private final float[] strongest;
  private final int[] strongestEdge;
  private final int[] outside;
  private final int[] edges;

  /** Edge (i, j) with i < j is at index {@code rowStart[i] + j} of the triangle. */
  private final int[] rowStart;

  MaximumSpanningTree(int neurons) {
    strongest = new float[neurons];
    strongestEdge = new int[neurons];
    outside = new int[neurons - 1];
    edges = new int[neurons - 1];
    rowStart = new int[neurons];
    for (int i = 0; i < neurons; i++) {
      rowStart[i] = FunctionalConnectome.rowStart(i, neurons);
    }
  }

  int neurons() {
    return strongest.length;
  }

  /**
   * The P-1 edges of the tree as indices into the connectome's triangle, ascending. The array is
   * overwritten by the next call.
   */
  int[] edges(FunctionalConnectome connectome) {
    return edges(connectome.triangle());
  }

  /** The same of any complete graph with finite weights, given as its strict upper triangle. */
  int[] edges(float[] triangle) {
    Arrays.fill(strongest, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < outside.length; i++) {
      outside[i] = i + 1;
    }
    int joined = 0;
    for (int left = outside.length; left > 0; left--) {
      int next = 0;
      float best = Float.NEGATIVE_INFINITY;
      for (int k = 0; k < left; k++) {
        int neuron = outside[k];
        int edge = joined < neuron ? rowStart[joined] + neuron : rowStart[neuron] + joined;
        float weight = triangle[edge];
        if (weight > strongest[neuron]) {
          strongest[neuron] = weight;
          strongestEdge[neuron] = edge;
        }
        if (strongest[neuron] > best) {
          best = strongest[neuron];
          next = k;
        }
      }
      joined = outside[next];
      edges[left - 1] = strongestEdge[joined];
      outside[next] = outside[left - 1];
    }
    Arrays.sort(edges);
    return edges;
  }
}
