package dev.connectome.topology;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topological signature of a functional connectome: its birth set, the P-1 weights of the
 * maximum spanning tree, and its death set, the (P-1)(P-2)/2 weights of all other edges, each
 * ascending. Which set a weight is in follows the edge, never the value, so zeros and ties change
 * no size. Immutable.
 *
 * <p>It need not be closed. Closing one lets the workspace that it was computed in use its memory
 * again; it cannot be read afterwards.
 */
public final class TopologicalSignature implements AutoCloseable {

  private final int neurons;
  private final SignatureWorkspace workspace;
  private float @Nullable [] births;
  private float @Nullable [] deaths;

  private TopologicalSignature(
      int neurons, float[] births, float[] deaths, SignatureWorkspace workspace) {
    this.neurons = neurons;
    this.births = births;
    this.deaths = deaths;
    this.workspace = workspace;
  }

  /**
   * Computes a signature in O(P²) time and in memory of its own, P² float32 off the heap; for many
   * signatures use one workspace.
   *
   * @param connectome the connectome
   * @return its signature
   */
  public static TopologicalSignature of(FunctionalConnectome connectome) {
    try (SignatureWorkspace workspace = new SignatureWorkspace()) {
      return of(connectome, workspace);
    }
  }

  /**
   * Computes a signature in O(P²) time.
   *
   * @param connectome the connectome
   * @param workspace memory to compute in; the result stays valid whatever it is used for next
   * @return its signature
   */
  public static TopologicalSignature of(
      FunctionalConnectome connectome, SignatureWorkspace workspace) {
    int neurons = connectome.neurons();
    float[] triangle = connectome.triangle();
    int[] tree = workspace.tree(neurons).edges(connectome);
    float[] births = workspace.take(tree.length);
    float[] deaths = workspace.take(triangle.length - tree.length);
    for (int i = 0; i < tree.length; i++) {
      births[i] = triangle[tree[i]];
    }
    Arrays.sort(births);
    WeightSort.sortOthers(triangle, tree, deaths, workspace.matrixBits(neurons));
    return new TopologicalSignature(neurons, births, deaths, workspace);
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
   * The size of the birth set.
   *
   * @return P-1
   */
  public int birthCount() {
    return neurons - 1;
  }

  /**
   * The size of the death set.
   *
   * @return (P-1)(P-2)/2; 0 for two neurons
   */
  public int deathCount() {
    return FunctionalConnectome.edgeCount(neurons) - birthCount();
  }

  /**
   * The birth set.
   *
   * @return a copy, ascending
   */
  public float[] births() {
    return sharedBirths().clone();
  }

  /**
   * The death set.
   *
   * @return a copy, ascending
   */
  public float[] deaths() {
    return sharedDeaths().clone();
  }

  /**
   * Levels of the birth set.
   *
   * @return the levels
   */
  public SignatureLevels birthLevels() {
    return SignatureLevels.of(sharedBirths());
  }

  /**
   * Levels of the death set.
   *
   * @return the levels
   */
  public SignatureLevels deathLevels() {
    return SignatureLevels.of(sharedDeaths());
  }

  /** The birth set itself, not to be changed. */
  float[] sharedBirths() {
    return open(births);
  }

  /** The death set itself, not to be changed. */
  float[] sharedDeaths() {
    return open(deaths);
  }

  private static float[] open(float @Nullable [] weights) {
    if (weights == null) {
      throw new IllegalStateException("this signature has been closed");
    }
    return weights;
  }

  /** Gives the memory back to the workspace. */
  @Override
  public void close() {
    if (births != null && deaths != null) {
      workspace.giveBack(births);
      workspace.giveBack(deaths);
    }
    births = null;
    deaths = null;
  }
}
