package dev.connectome.benchmarks.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * The activations of every snapshot, each different from all others and given by the seed, the run
 * and the epoch alone.
 *
 * <p>A snapshot is one of a few precomputed matrices with one value replaced: random factors mixed
 * into every neuron, with noise, after a rectifier. Making one costs no more than copying it, so
 * the load generator leaves the machine to what is measured.
 */
final class Activations {
  private static final int FACTORS = 6;
  private static final int POOL_BYTES = 48 << 20;
  private static final int MIN_MATRICES = 3;
  private static final int MAX_MATRICES = 64;
  private static final int STRIDE = 17;

  private final int neurons;
  private final byte[][] matrices;

  private Activations(int neurons, byte[][] matrices) {
    this.neurons = neurons;
    this.matrices = matrices;
  }

  static Activations of(PipelinePlan plan) {
    int fitting = POOL_BYTES / plan.snapshotBytes();
    int count = Math.max(MIN_MATRICES, Math.min(MAX_MATRICES, fitting));
    byte[][] matrices = new byte[count][];
    Random random = new Random(plan.seed());
    for (int i = 0; i < count; i++) {
      matrices[i] = matrix(plan, random);
    }
    return new Activations(plan.neurons(), matrices);
  }

  private static byte[] matrix(PipelinePlan plan, Random random) {
    float[] mixing = new float[FACTORS * plan.neurons()];
    for (int i = 0; i < mixing.length; i++) {
      mixing[i] = (float) random.nextGaussian();
    }
    ByteBuffer values = ByteBuffer.allocate(plan.snapshotBytes()).order(ByteOrder.LITTLE_ENDIAN);
    float[] factors = new float[FACTORS];
    for (int sample = 0; sample < plan.samples(); sample++) {
      for (int f = 0; f < FACTORS; f++) {
        factors[f] = (float) random.nextGaussian();
      }
      for (int neuron = 0; neuron < plan.neurons(); neuron++) {
        float sum = 2 * random.nextFloat();
        for (int f = 0; f < FACTORS; f++) {
          sum += factors[f] * mixing[f * plan.neurons() + neuron];
        }
        values.putFloat(Math.max(0, sum));
      }
    }
    return values.array();
  }

  /** N × P float32 of a snapshot, little-endian, row by row, in a new array; epochs from 1. */
  byte[] of(SyntheticRun run, int epoch) {
    byte[] values = matrices[Math.floorMod(run.number() * STRIDE + epoch, matrices.length)].clone();
    int neuron = Math.floorMod(run.number() + epoch * STRIDE, neurons);
    float unique = 1 + run.number() * 1e-3f + epoch * 1e-2f;
    ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).putFloat(neuron * Float.BYTES, unique);
    return values;
  }
}
