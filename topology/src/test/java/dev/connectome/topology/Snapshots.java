package dev.connectome.topology;

import java.nio.FloatBuffer;
import java.util.Random;

/** Activations for tests. */
final class Snapshots {

  private Snapshots() {}

  /**
   * Columns that share hidden causes, so that correlations of every size occur; some through a
   * rectifier.
   */
  static float[][] random(int samples, int neurons, long seed) {
    var random = new Random(seed);
    int causes = 3;
    var loadings = new double[neurons][causes];
    for (double[] row : loadings) {
      for (int c = 0; c < causes; c++) {
        row[c] = random.nextGaussian();
      }
    }
    var activations = new float[samples][neurons];
    for (float[] row : activations) {
      var cause =
          new double[] {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = random.nextGaussian();
        for (int c = 0; c < causes; c++) {
          value += loadings[neuron][c] * cause[c];
        }
        row[neuron] = (float) (neuron % 3 == 0 ? Math.max(value, 0) : value);
      }
    }
    return activations;
  }

  static ActivationMatrix matrix(float[][] activations) {
    FloatBuffer flat = FloatBuffer.allocate(activations.length * activations[0].length);
    for (float[] row : activations) {
      flat.put(row);
    }
    return ActivationMatrix.of(activations.length, activations[0].length, flat.array());
  }

  static FunctionalConnectome connectome(float[][] activations) {
    try (ActivationMatrix matrix = matrix(activations);
        SignatureWorkspace workspace = new SignatureWorkspace()) {
      return PearsonCorrelation.connectome(matrix, workspace);
    }
  }

  static TopologicalSignature signature(float[][] activations) {
    return TopologicalSignature.of(connectome(activations));
  }
}
