package dev.connectome.trainer.service.training;

import java.util.Random;

/**
 * The seeds of everything random in a training. Each depends on the training's seed, the epoch and
 * the mini-batch alone, and not on what was drawn before.
 *
 * @param seed that of the training
 */
record RandomSeeds(long seed) {

  /** What chooses the samples that the probe observes. */
  Random ofProbe() {
    return new Random(mix(-1, 0));
  }

  /** What shuffles the images of an epoch. */
  Random ofEpoch(int epoch) {
    return new Random(mix(epoch, 0));
  }

  /** The engine's seed before a mini-batch, counted from 1. */
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
