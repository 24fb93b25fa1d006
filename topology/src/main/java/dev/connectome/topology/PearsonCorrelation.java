package dev.connectome.topology;

import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_ssyrk;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The functional connectome of a snapshot: the absolute Pearson correlation of every pair of
 * columns,
 *
 * <pre>
 *   C(i,j) = | Σ_n z(n,i) z(n,j) |,   z(n,i) = (a(n,i) - mean_i) / sqrt( Σ_m (a(m,i) - mean_i)² )
 * </pre>
 *
 * <p>Columns are centred in two passes with compensated sums, so that a large mean costs no
 * accuracy; the products are summed in single precision, by OpenBLAS on one thread, and divided by
 * the norms. Against a computation in double precision no correlation is off by more than 2·10⁻⁶
 * for N up to 10,000. A column whose minimum equals its maximum is constant and has correlation 0
 * with every other. Takes O(N·P²) time.
 */
public final class PearsonCorrelation {

  static {
    // Of two threads on two busy cores each waits for the other; snapshots are what runs in
    // parallel.
    blas_set_num_threads(1);
  }

  private PearsonCorrelation() {}

  /**
   * Computes a functional connectome.
   *
   * @param activations a snapshot, N × P, every row put
   * @param workspace memory to compute in; the result stays valid whatever it is used for next
   * @return the connectome of the P neurons
   * @throws NonFiniteActivationException if an activation is NaN or infinite
   */
  public static FunctionalConnectome connectome(
      ActivationMatrix activations, SignatureWorkspace workspace) {
    int samples = activations.samples();
    int neurons = activations.neurons();
    FloatPointer centred = workspace.centred(samples, neurons);
    float[] inverseNorm = workspace.columns(neurons).write(activations, centred);
    FloatPointer product = workspace.matrix(neurons);
    cblas_ssyrk(
        CblasRowMajor,
        CblasUpper,
        CblasTrans,
        neurons,
        samples,
        1f,
        centred,
        neurons,
        0f,
        product,
        neurons);
    float[] triangle = workspace.take(FunctionalConnectome.edgeCount(neurons));
    writeCorrelations(product, inverseNorm, triangle);
    return FunctionalConnectome.of(neurons, triangle, workspace);
  }

  private static void writeCorrelations(
      FloatPointer product, float[] inverseNorm, float[] triangle) {
    int neurons = inverseNorm.length;
    int next = 0;
    for (int i = 0; i < neurons - 1; i++) {
      int width = neurons - 1 - i;
      product.position((long) i * neurons + i + 1).get(triangle, next, width);
      correlate(triangle, next, inverseNorm[i], inverseNorm, i + 1);
      next += width;
    }
  }

  private static void correlate(
      float[] triangle, int begin, float own, float[] inverseNorm, int other) {
    for (int k = 0; k < inverseNorm.length - other; k++) {
      float correlation = triangle[begin + k] * (own * inverseNorm[other + k]);
      triangle[begin + k] = Math.min(1f, Math.abs(correlation));
    }
  }
}
