package dev.connectome.topology;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A functional connectome: the complete graph of P neurons, each edge weighted with the absolute
 * correlation of its neurons' responses, in [0, 1]. Holds the strict upper triangle of the weight
 * matrix, row by row: P(P-1)/2 float32, so that P is at most 65,536. Immutable until it is closed.
 *
 * <p>Closing is optional: it lets the workspace that a connectome was computed in reuse its memory.
 * A closed connectome cannot be read.
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

  /** Takes ownership of the array, and releases it to the workspace when closed. */
  static FunctionalConnectome of(int neurons, float[] triangle, SignatureWorkspace workspace) {
    return new FunctionalConnectome(neurons, triangle, workspace);
  }

  /**
   * Makes a connectome from its strict upper triangle.
   *
   * @param neurons P, 2 or more
   * @param upperTriangle P(P-1)/2 weights between the buffer's position and its limit, row by row,
   *     each in [0, 1]; the position moves to the limit
   * @return the connectome
   * @throws IllegalArgumentException if there are fewer neurons, another number of weights, or a
   *     weight that is NaN or outside [0, 1]
   * @throws ArithmeticException if there are more than 65,536 neurons
   */
  public static FunctionalConnectome ofUpperTriangle(int neurons, FloatBuffer upperTriangle) {
    if (neurons < 2) {
      throw new IllegalArgumentException("a connectome needs at least 2 neurons, not " + neurons);
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
        throw new IllegalArgumentException("a weight must be in [0, 1], not " + weight);
      }
    }
    return new FunctionalConnectome(neurons, triangle, null);
  }

  /** {@return P, the number of neurons, 2 or more} */
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
   * @throws IllegalStateException if the connectome has been closed
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
   * @param target the buffer to write to, from its position, which moves behind the weights
   * @throws java.nio.BufferOverflowException if less space is left in it
   * @throws IllegalStateException if the connectome has been closed
   */
  public void writeUpperTriangle(FloatBuffer target) {
    target.put(triangle());
  }

  /**
   * Writes a part of the strict upper triangle: as many weights as the buffer has space for.
   *
   * @param first the index of the first weight in the triangle, row by row, from 0
   * @param target the buffer to fill, from its position to its limit
   * @throws IndexOutOfBoundsException if the triangle has fewer weights from there on
   * @throws IllegalStateException if the connectome has been closed
   */
  public void writeUpperTriangle(int first, FloatBuffer target) {
    target.put(triangle(), first, target.remaining());
  }

  /** The strict upper triangle itself; callers must not change it. */
  float[] triangle() {
    if (triangle == null) {
      throw new IllegalStateException("this connectome has been closed");
    }
    return triangle;
  }

  /** Releases the memory to the workspace. Closing again has no effect. */
  @Override
  public void close() {
    if (triangle != null && workspace != null) {
      workspace.release(triangle);
    }
    triangle = null;
  }

  /** Edge (i, j) with i < j is at index {@code rowStart(i, neurons) + j} of the triangle. */
  static int rowStart(int i, int neurons) {
    return (int) ((long) i * (2L * neurons - i - 1) / 2) - i - 1;
  }

  static int edgeCount(int neurons) {
    return Math.toIntExact((long) neurons * (neurons - 1) / 2);
  }
}
