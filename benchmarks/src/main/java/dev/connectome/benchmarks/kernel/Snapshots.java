package dev.connectome.benchmarks.kernel;

import dev.connectome.topology.ActivationMatrix;
import java.util.Random;

/** Snapshots to measure with: neurons that share three causes, each with noise of its own. */
final class Snapshots {

  private static final int CAUSES = 3;

  private Snapshots() {}

  static ActivationMatrix random(int samples, int neurons, long seed) {
    return ActivationMatrix.of(samples, neurons, values(samples, neurons, seed));
  }

  /** Samples · neurons values, row by row. */
  static float[] values(int samples, int neurons, long seed) {
    var random = new Random(seed);
    var loadings = new double[neurons][CAUSES];
    for (double[] loading : loadings) {
      for (int cause = 0; cause < CAUSES; cause++) {
        loading[cause] = random.nextGaussian();
      }
    }
    var values = new float[samples * neurons];
    var causes = new double[CAUSES];
    for (int sample = 0; sample < samples; sample++) {
      for (int cause = 0; cause < CAUSES; cause++) {
        causes[cause] = random.nextGaussian();
      }
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = random.nextGaussian();
        for (int cause = 0; cause < CAUSES; cause++) {
          value += loadings[neuron][cause] * causes[cause];
        }
        values[sample * neurons + neuron] = (float) value;
      }
    }
    return values;
  }
}
