package dev.connectome.trainer.service.training;

import java.util.Random;

/**
 * The seeds of all random choices in a training. Each depends only on the training's seed, the
 * epoch and the mini-batch, not on what was drawn before.
 */
record RandomSeeds(long seed) {

  Random forProbe() {
    return new Random(mix(-1, 0));
  }

  /** Shuffles the images of an epoch. */
  Random forEpoch(int epoch) {
    return new Random(mix(epoch, 0));
  }

  /** Changes the images of a mini-batch, counted from 1. */
  Random forImages(int epoch, int batch) {
    return new Random(mix(-1L - epoch, batch));
  }

  /** Mini-batches are counted from 1; 0 is for the initial weights. */
  int forEngine(int epoch, int batch) {
    return (int) mix(epoch, batch);
  }

  /** The finaliser of SplitMix64. */
  private long mix(long epoch, long batch) {
    long z = seed + 0x9e3779b97f4a7c15L * (epoch * 1_000_003 + batch + 1);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
