package dev.connectome.topology;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topological signature of a functional connectome: its birth set, the P-1 weights of the
 * maximum spanning tree, and its death set, the (P-1)(P-2)/2 weights of all other edges, each
 * ascending. A weight belongs to a set by its edge, not its value, so zeros and ties do not change
 * the sizes; where weights tie, any maximum spanning tree gives the same sets. Immutable until it
 * is closed.
 *
 * <p>Closing is optional: it lets the workspace that a signature was computed in reuse its memory.
 * A closed signature cannot be read: all methods but {@link #neurons}, {@link #birthCount} and
 * {@link #deathCount} throw an {@link IllegalStateException}.
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
   * Computes a signature in O(P²) time, in a temporary workspace of P² float32 off the heap. For
   * many signatures use {@link #of(FunctionalConnectome, SignatureWorkspace)}.
   *
   * @param connectome the connectome
   * @return its signature
   * @throws IllegalStateException if the connectome has been closed
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
   * @param workspace memory to compute in; the result stays valid when it is used again or closed
   * @return its signature
   * @throws IllegalStateException if the connectome has been closed
   */
  public static TopologicalSignature of(
      FunctionalConnectome connectome, SignatureWorkspace workspace) {
    int neurons = connectome.neurons();
    float[] triangle = connectome.triangle();
    int[] tree = workspace.tree(neurons).edges(connectome);
    float[] births = workspace.acquire(tree.length);
    float[] deaths = workspace.acquire(triangle.length - tree.length);
    for (int i = 0; i < tree.length; i++) {
      births[i] = triangle[tree[i]];
    }
    Arrays.sort(births);
    WeightSort.sortOthers(triangle, tree, deaths, workspace.matrixBits(neurons));
    return new TopologicalSignature(neurons, births, deaths, workspace);
  }

  /** {@return P, the number of neurons, 2 or more} */
  public int neurons() {
    return neurons;
  }

  /** {@return the size of the birth set, P-1} */
  public int birthCount() {
    return neurons - 1;
  }

  /** {@return the size of the death set, (P-1)(P-2)/2; 0 for two neurons} */
  public int deathCount() {
    return FunctionalConnectome.edgeCount(neurons) - birthCount();
  }

  /** {@return a copy of the birth set, ascending} */
  public float[] births() {
    return sharedBirths().clone();
  }

  /** {@return a copy of the death set, ascending} */
  public float[] deaths() {
    return sharedDeaths().clone();
  }

  /** {@return a summary of the birth set, computed in O(P) time} */
  public SignatureLevels birthLevels() {
    return SignatureLevels.of(sharedBirths());
  }

  /** {@return a summary of the death set, computed in O(P²) time} */
  public SignatureLevels deathLevels() {
    return SignatureLevels.of(sharedDeaths());
  }

  /** The birth set itself; callers must not change it. */
  float[] sharedBirths() {
    return requireOpen(births);
  }

  /** The death set itself; callers must not change it. */
  float[] sharedDeaths() {
    return requireOpen(deaths);
  }

  private static float[] requireOpen(float @Nullable [] weights) {
    if (weights == null) {
      throw new IllegalStateException("this signature has been closed");
    }
    return weights;
  }

  /** Releases the memory to the workspace. Closing again has no effect. */
  @Override
  public void close() {
    if (births != null && deaths != null) {
      workspace.release(births);
      workspace.release(deaths);
    }
    births = null;
    deaths = null;
  }
}
