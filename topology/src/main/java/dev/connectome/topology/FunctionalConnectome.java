package dev.connectome.topology;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A complete graph of P neurons whose edges are weighted with the absolute correlation of their
 * responses, in [0, 1]. Immutable; holds P(P-1)/2 float32: the strict upper triangle, row by row.
 *
 * <p>It need not be closed. Closing one that was computed in a workspace lets the workspace use its
 * memory again; it cannot be read afterwards.
 */
public final class FunctionalConnectome implements AutoCloseable {

  private final int neurons;
  private final @Nullable SignatureWorkspace workspace;
  private float @Nullable [] triangle;

  private FunctionalConnectome(
      int neurons, float[] triangle, @Nullable SignatureWorkspace workspace) {
    this.neurons = neurons;
    this.triangle = triangle;
    this.workspace = workspace;
  }

  /** Takes the array over, to give it to the workspace when closed. */
  static FunctionalConnectome of(int neurons, float[] triangle, SignatureWorkspace workspace) {
    return new FunctionalConnectome(neurons, triangle, workspace);
  }

  /**
   * Makes a connectome of its strict upper triangle.
   *
   * @param neurons P, 2 or more
   * @param upperTriangle P(P-1)/2 weights between the buffer's position and its limit, row by row,
   *     each in [0, 1]; the position moves to the limit
   * @return the connectome
   * @throws IllegalArgumentException if there are fewer neurons, another number of weights, or a
   *     weight outside of [0, 1]
   */
  public static FunctionalConnectome ofUpperTriangle(int neurons, FloatBuffer upperTriangle) {
    if (neurons < 2) {
      throw new IllegalArgumentException("a connectome needs 2 neurons or more, not " + neurons);
    }
    int edges = edgeCount(neurons);
    if (upperTriangle.remaining() != edges) {
      throw new IllegalArgumentException(
          "%d neurons have %d edges, not %d".formatted(neurons, edges, upperTriangle.remaining()));
    }
    var triangle = new float[edges];
    upperTriangle.get(triangle);
    for (float weight : triangle) {
      if (!(weight >= 0 && weight <= 1)) {
        throw new IllegalArgumentException("a weight must lie in [0, 1], not be " + weight);
      }
    }
    return new FunctionalConnectome(neurons, triangle, null);
  }

  /**
   * P.
   *
   * @return the number of neurons, 2 or more
   */
  public int neurons() {
    return neurons;
  }

  /**
   * The weight of an edge.
   *
   * @param i a neuron, from 0
   * @param j a neuron, from 0
   * @return the weight; 0 if {@code i} equals {@code j}
   * @throws IndexOutOfBoundsException if there is no such neuron
   */
  public float weight(int i, int j) {
    if (i < 0 || j < 0 || i >= neurons || j >= neurons) {
      throw new IndexOutOfBoundsException(
          "no edge (%d, %d) among %d neurons".formatted(i, j, neurons));
    }
    return i == j ? 0 : triangle()[rowStart(Math.min(i, j), neurons) + Math.max(i, j)];
  }

  /**
   * Writes the strict upper triangle, row by row: P(P-1)/2 weights.
   *
   * @param target where to; its position moves behind them
   */
  public void writeUpperTriangle(FloatBuffer target) {
    target.put(triangle());
  }

  /** The strict upper triangle itself, not to be changed. */
  float[] triangle() {
    if (triangle == null) {
      throw new IllegalStateException("this connectome has been closed");
    }
    return triangle;
  }

  /** Gives the memory back to the workspace. */
  @Override
  public void close() {
    if (triangle != null && workspace != null) {
      workspace.giveBack(triangle);
    }
    triangle = null;
  }

  /** Edge (i, j), {@code i} less than {@code j}, stands {@code j} behind this in the triangle. */
  static int rowStart(int i, int neurons) {
    return (int) ((long) i * (2L * neurons - i - 1) / 2) - i - 1;
  }

  static int edgeCount(int neurons) {
    return Math.toIntExact((long) neurons * (neurons - 1) / 2);
  }
}
