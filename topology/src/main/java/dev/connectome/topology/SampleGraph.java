package dev.connectome.topology;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The inputs of a snapshot as points: the rows of one layer, with their Euclidean distances. With H
 * the N × d activations of the layer,
 *
 * <pre>
 *   d²(i,j) = Σ_m (h(i,m) - h(j,m))² = |x_i|² + |x_j|² - 2 x_i·x_j,   x = H without its column means
 * </pre>
 *
 * <p>All products come from one call of OpenBLAS in single precision; removing the means keeps the
 * cancellation small. {@link #neighbours} computes again, in double precision, every distance that
 * the error of single precision could have put on the wrong side, so that its answer is that of
 * double precision on the given values. Immutable.
 */
public final class SampleGraph {

  static {
    // As for correlations: snapshots run in parallel, not products.
    blas_set_num_threads(1);
  }

  /** Half the distance between 1 and the next float32. */
  private static final double ROUNDING = 0x1p-24;

  private final LayerPoints points;
  private final double margin;

  /** Minus the squared distances: the strict upper triangle, row by row. */
  private final float[] nearness;

  private SampleGraph(LayerPoints points, double margin, float[] nearness) {
    this.points = points;
    this.margin = margin;
    this.nearness = nearness;
  }

  /**
   * Computes the graph of a snapshot's inputs. Takes O(N²·d) time and N² float32 of the workspace.
   *
   * @param activations a snapshot, N × P, every row put
   * @param firstNeuron the layer's first column
   * @param width d, the number of the layer's columns, 1 or more
   * @param workspace memory to compute in
   * @return the graph of the N inputs
   * @throws IndexOutOfBoundsException if the columns are not those of the snapshot
   * @throws NonFiniteActivationException if an activation of the layer is NaN or infinite
   */
  public static SampleGraph of(
      ActivationMatrix activations, int firstNeuron, int width, SignatureWorkspace workspace) {
    if (firstNeuron < 0 || width < 1 || firstNeuron > activations.neurons() - width) {
      throw new IndexOutOfBoundsException(
          "columns %d to %d are not among the %d of the snapshot"
              .formatted(firstNeuron, (long) firstNeuron + width - 1, activations.neurons()));
    }
    LayerPoints points = LayerPoints.of(activations, firstNeuron, width);
    float[] squaredNorms = points.squaredNorms();
    float largest = 0;
    for (float norm : squaredNorms) {
      largest = Math.max(largest, norm);
    }
    double margin = 4 * (width + 8) * ROUNDING * largest;
    return new SampleGraph(points, margin, nearness(points, squaredNorms, workspace));
  }

  private static float[] nearness(
      LayerPoints points, float[] squaredNorms, SignatureWorkspace workspace) {
    int samples = points.samples();
    int width = points.width();
    var nearness = new float[FunctionalConnectome.edgeCount(samples)];
    FloatPointer input = workspace.centred(samples, width);
    points.writeCentred(input);
    FloatPointer product = workspace.matrix(samples);
    cblas_ssyrk(
        CblasRowMajor,
        CblasUpper,
        CblasNoTrans,
        samples,
        width,
        2f,
        input,
        width,
        0f,
        product,
        samples);
    int next = 0;
    for (int i = 0; i < samples - 1; i++) {
      int count = samples - 1 - i;
      product.position((long) i * samples + i + 1).get(nearness, next, count);
      subtractNorms(nearness, next, squaredNorms[i], squaredNorms, i + 1);
      next += count;
    }
    return nearness;
  }

  private static void subtractNorms(
      float[] nearness, int begin, float own, float[] squaredNorms, int other) {
    for (int k = 0; k < squaredNorms.length - other; k++) {
      nearness[begin + k] = Math.min(0f, nearness[begin + k] - (own + squaredNorms[other + k]));
    }
  }

  /**
   * N.
   *
   * @return the number of inputs
   */
  public int samples() {
    return points.samples();
  }

  /**
   * The nearest others of every input. Of inputs at the same distance the one with the lower number
   * is nearer; an input with fewer than {@code k} others has all of them.
   *
   * @param k how many, 1 or more
   * @return min(k, N-1) neighbours of each input
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public NeighbourTable neighbours(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("an input needs 1 neighbour or more, not " + k);
    }
    return NearestInputs.table(points, nearness, margin, Math.min(k, samples() - 1));
  }

  /**
   * The minimum spanning tree of the inputs: the 0-dimensional persistence of their distances.
   * Where distances tie in single precision it is one of several trees, always the same one for the
   * same snapshot.
   *
   * @return its N-1 edges
   */
  public SampleTree tree() {
    int samples = samples();
    if (samples < 2) {
      return new SampleTree(samples, new int[0]);
    }
    int[] places = new MaximumSpanningTree(samples).edges(nearness);
    var ends = new int[2 * places.length];
    int row = 0;
    for (int edge = 0; edge < places.length; edge++) {
      while (places[edge] > FunctionalConnectome.rowStart(row, samples) + samples - 1) {
        row++;
      }
      ends[2 * edge] = row;
      ends[2 * edge + 1] = places[edge] - FunctionalConnectome.rowStart(row, samples);
    }
    return new SampleTree(samples, ends);
  }
}
